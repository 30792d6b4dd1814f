import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './prepare.mjs'

/** `node scripts/lock-examples.mjs`: brings the examples' lock files up to this package's dependencies. */
for (const name of ['nextjs', 'nestjs']) {
  const cwd = join(root, 'examples', name)
  const file = join(cwd, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  // npm reads the manifest of a folder again only when the lock does not know the package.
  delete lock.packages['node_modules/prisma-iam']
  writeFileSync(file, JSON.stringify(lock, null, 2))
  run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--loglevel=error'], { cwd })
}
