import { createRequire } from 'node:module'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

/** `npm run proof`: what takes too long for `npm test`. `-- 60` gives each soak 60 seconds, `-- roles` is that proof alone. */
prepare()
const { createJiti } = createRequire(import.meta.url)('jiti')
const load = (path) => createJiti(import.meta.url, { interopDefault: false }).import(join(root, path))

const { proveRoles } = await load('proof/roles-versions.ts')
const versions = proveRoles()
for (const { major, passed, failed } of versions) {
  console.log(`roles on PostgreSQL ${major}: ${passed} passed, ${failed} failed`)
}
const failedRoles = versions.filter(({ failed }) => failed > 0).length
if (process.argv[2] === 'roles') process.exit(failedRoles === 0 ? 0 : 1)

const { fuzzSplitter } = await load('proof/splitter.ts')
const { scripts, statements, unreadable, slowestMs } = await fuzzSplitter(100_000, Date.now() % 1_000_000)
console.log(
  `${scripts} generated scripts, ${unreadable} of them unreadable: ${statements} statements, nothing lost; slowest ${slowestMs.toFixed(0)} ms`,
)

const { feedHostile } = await load('test/emulator/wire/hostile.ts')
console.log(`${feedHostile(100_000)} broken inputs at the emulator's door, split at every byte, each to the same end`)

const { compareOnDsql } = await load('proof/dsql-history.ts')
const { migrations, explained, unexplained, failures } = await compareOnDsql('command-line')
console.log(`${migrations.length} migrations on DSQL and PostgreSQL; told by notices: ${JSON.stringify(explained)}`)
for (const line of [...unexplained, ...failures]) console.log(`unexpected: ${line}`)

const { compareLongHistory } = await load('proof/history.ts')
const unequal = []
for (const major of [16, 'any']) {
  const run = await compareLongHistory(600, major)
  unequal.push(...run.differences, ...Object.values(run.failures))
  console.log(
    `${run.migrations.length} migrations on PostgreSQL (${major}): ${run.differences.length} differences from psql`,
  )
}
for (const line of unequal) console.log(line)

const { prismaVersions, tryVersions } = await load('proof/prisma-versions.ts')
const refused = []
for (const { version, passed: commands, failed: broken } of await tryVersions(prismaVersions)) {
  console.log(`Prisma ${version}: ${commands.length} commands on our engine, ${Object.keys(broken).length} failed`)
  refused.push(...Object.entries(broken).map(([command, words]) => `Prisma ${version}, ${command}: ${words}`))
}
for (const line of refused) console.log(line)

const { killDeploys } = await load('proof/killed-deploys.ts')
const wrong = []
for (const service of ['rds', 'dsql']) {
  const run = await killDeploys(service, 24)
  console.log(
    `${service}: ${run.killed} deploys killed over ${run.statements} statements, ${run.wrong.length} not healed`,
  )
  wrong.push(...run.wrong)
}
const { loseLeases } = await load('proof/lost-leases.ts')
const leases = await loseLeases()
console.log(`dsql: ${leases.points} deploys frozen past their lease, ${leases.wrong.length} not as undisturbed`)
wrong.push(...leases.wrong)
const { deployAtOnce, isOneAfterTheOther } = await load('proof/deploys-at-once.ts')
for (const service of ['rds', 'dsql']) {
  const { runs, applied, hooks, mayRead, statements, overlaps } = await deployAtOnce(service, 20)
  const failures = runs.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)
  const isRight =
    Object.values(applied).every((times) => times === 1) &&
    Object.keys(applied).length === 2 &&
    hooks.length === 40 &&
    isOneAfterTheOther(hooks) &&
    mayRead
  console.log(
    `${service}: 20 deploys at once, ${failures.length} failed; ${statements} statements, ${overlaps.length} at the same time as another deploy's`,
  )
  wrong.push(
    ...failures,
    ...overlaps,
    ...(isRight ? [] : [`${service}: ${JSON.stringify({ applied, hooks, mayRead })}`]),
  )
}

for (const line of wrong) console.log(line)

const { prove } = await load('proof/soak.ts')
const seconds = process.argv[2] === undefined ? undefined : Number(process.argv[2])
const passed = await prove([
  { name: 'token lives of 30 seconds', speed: 30, seconds: seconds ?? 180 },
  { name: 'a day of tokens, 100 times as fast', speed: 100, seconds: seconds ?? 864 },
])
console.log(passed ? 'no query failed' : 'queries failed')
const failed = [unexplained, failures, wrong, unequal, refused].reduce((sum, lines) => sum + lines.length, failedRoles)
process.exitCode = passed && failed === 0 ? 0 : 1
