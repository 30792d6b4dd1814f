import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { prepare, root, run } from './prepare.mjs'

/** `npm run bench -- runtime`: ratios against named peers, as a table and in bench/results/. */
const [name = 'runtime'] = process.argv.slice(2)
const file = join(root, 'bench', `${name}.ts`)
if (!existsSync(file)) throw new Error(`there is no benchmark called ${name}`)
prepare()
const peers = join(root, 'bench/peers')
if (!existsSync(join(peers, 'node_modules'))) {
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: peers })
}
const { createJiti } = createRequire(import.meta.url)('jiti')
const { measure } = await createJiti(import.meta.url, { interopDefault: false }).import(file)
await measure()
