import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { bin, prepare, root } from './prepare.mjs'
import { ensurePsql } from './psql.mjs'

/** `npm test`: installs what is missing, then every check and every test; the last line counts them. */
prepare({ say: (what, ms) => console.log(`✓ ${what} (${(ms / 1000).toFixed(1)} s)`) })
ensurePsql()

const checks = [
  ['lint', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['types', bin('tsc'), ['--noEmit']],
  ['arrows', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'test']],
  ['sizes', process.execPath, ['scripts/check-size.mjs']],
  ['package', bin('publint'), ['--strict']],
]
const results = checks.map(([name, command, args]) => {
  const started = performance.now()
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return status === 0
})

const { passed, failed, skipped } = runVitest(process.argv.slice(2))
const total = { passed: passed + results.filter(Boolean).length, failed: failed + results.filter((ok) => !ok).length }
console.log(`${total.passed} passed, ${total.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 ? 1 : 0

function runVitest(args) {
  const report = '.cache/vitest.json'
  mkdirSync('.cache', { recursive: true })
  rmSync(report, { force: true })
  const { status } = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { cwd: root, stdio: 'inherit' },
  )
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that fails to load has no test to count, and an error outside of tests fails the run only.
    const broken = testResults.filter(
      ({ status: of, assertionResults }) => of === 'failed' && assertionResults.length === 0,
    )
    const failures = numFailedTests + broken.length
    return { passed: numPassedTests, failed: failures === 0 && status !== 0 ? 1 : failures, skipped: numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
