import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { refresh, root, run } from './prepare.mjs'

/** `node scripts/prepare-example.mjs nextjs`: installs an example and generates its client, where that is out of date. */
const folder = `examples/${process.argv[2]}`
const cwd = join(root, folder)
const say = (what, ms) => console.log(`${what} (${(ms / 1000).toFixed(1)} s)`)
checkLock()
refresh(`installed packages of ${folder}`, `${folder}/node_modules`, [`${folder}/package-lock.json`], say, () =>
  run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error'], { cwd }),
)
refresh(`Prisma client of ${folder}`, `${folder}/generated/prisma`, ['prisma/schema.prisma'], say, () =>
  run('npm', ['run', '--silent', 'generate'], { cwd }),
)

/** The lock file repeats what this package depends on, and `npm ci` does not notice when that has changed. */
function checkLock() {
  const { packages } = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8'))
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (isDeepStrictEqual(packages['node_modules/prisma-iam'].dependencies, dependencies)) return
  throw new Error(`${folder}/package-lock.json is behind package.json: run \`node scripts/lock-examples.mjs\``)
}
