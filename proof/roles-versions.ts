import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How the tests of roles ended on one version of PostgreSQL. */
export interface RolesOnVersion {
  readonly major: number
  readonly passed: number
  readonly failed: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const majors = [15, 16, 17, 18]

/**
 * Runs test/roles on every version that RDS and Aurora offer today, one after the other.
 * The two versions that `npm test` has no use for take 120 MB, so they are installed here and now.
 */
export function proveRoles(only: readonly number[] = majors): RolesOnVersion[] {
  const folder = join(root, 'proof/postgres')
  if (!existsSync(join(folder, 'node_modules'))) {
    const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    const { status } = spawnSync('npm', ['install', ...flags], { cwd: folder, stdio: 'inherit' })
    if (status !== 0) throw new Error('the versions of PostgreSQL in proof/postgres could not be installed')
  }
  return only.map(testOn)
}

function testOn(major: number): RolesOnVersion {
  const report = join(root, `.cache/roles-${major}.json`)
  const { status } = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', 'test/roles', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PRISMA_IAM_TEST_POSTGRES: String(major) },
    },
  )
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
  const failed = numFailedTests ?? 0
  // A file that does not load fails without a failed test.
  return { major, passed: numPassedTests ?? 0, failed: failed === 0 && status !== 0 ? 1 : failed }
}
