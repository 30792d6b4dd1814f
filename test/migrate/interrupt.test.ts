import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { processesWith } from './processes.ts'
import { config, envOf, type Project, slow, testProject } from './project.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
let project: Project
let database: string
let count = 0

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
})
beforeEach(async () => {
  database = `interrupt_${++count}`
  await emulator.asSuperuser(`CREATE DATABASE ${database} OWNER ${emulator.admin}`)
  project = await testProject({ ...envOf(emulator, database), MARK: database })
})
afterEach(() => project.remove())
afterAll(() => emulator.stop())

const mine = () => processesWith(`MARK=${database}`)
const sleeping = "query LIKE '%pg_sleep%' AND state = 'active' AND application_name LIKE 'prisma-iam %'"

async function sessions(where = 'true'): Promise<number> {
  const { rows } = await emulator.asSuperuser(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${database}' AND usename = '${emulator.admin}' AND ${where}`,
  )
  return rows[0].n
}

const soon = { timeout: 40_000, interval: 50 }

/** A deploy that sleeps inside its third migration. */
async function deployAsleep() {
  await project.write(slow)
  const running = project.start(['migrate'])
  await expect.poll(() => sessions(sleeping), soon).toBe(1)
  return running
}

async function applied(): Promise<string[]> {
  const { rows } = await emulator.asSuperuser(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1',
    database,
  )
  return rows.map(({ migration_name }) => migration_name)
}

async function expectHealing(): Promise<void> {
  await project.write({
    'prisma/migrations/0003_slow/migration.sql': 'CREATE TABLE before ();\nCREATE TABLE after ();\n',
  })
  expect(await project.run(['migrate'])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 migration,') })
  expect(await applied()).toEqual(['0001_first', '0002_second', '0003_slow'])
}

describe.runIf(process.platform === 'linux')('a deploy that is cut short', () => {
  // Prisma's exit code is 0 or 1 then, by chance; what is wrong is the history.
  test('whose engine is killed ends with 1 and names what is not applied', async () => {
    const running = await deployAsleep()
    const engine = mine().find(({ argv }) => argv.includes('engine/bin.mjs'))
    process.kill(engine?.pid ?? 0, 'SIGKILL')
    const run = await running.ended
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toMatch(/0003_slow is not applied[\s\S]*PRISMA_IAM_MIGRATE_(INCOMPLETE|FAILED)/)
    expect(await sessions()).toBe(0)
    await expectHealing()
  })

  test('by a kill of this program alone applies nothing more, and leaves no process', async () => {
    const running = await deployAsleep()
    running.child.kill('SIGKILL')
    await running.ended
    await emulator.asSuperuser(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND ${sleeping}`,
    )
    await expect.poll(() => mine().length, soon).toBe(0)
    await expect.poll(() => sessions(), soon).toBe(0)
    expect(await applied()).toEqual(['0001_first', '0002_second'])
    await expectHealing()
  })

  test('while another holds the lock, by its patience or by a kill, leaves no process and applies nothing', async () => {
    const holder = await deployAsleep()
    const late = `late_${database}`
    const its = () => processesWith(`MARK=${late}`)
    const impatient = await project.run(['migrate', '--lock-timeout', '0'], { MARK: late })
    expect(impatient).toMatchObject({ code: 1, stderr: expect.stringContaining('PRISMA_IAM_MIGRATE_LOCK') })
    await expect.poll(() => its().length, soon).toBe(0)
    const waiting = project.start(['migrate'], { MARK: late })
    await expect.poll(waiting.story, soon).toContain('waiting for another deploy')
    // The CLI is as far as it may come: its engine asks for a login.
    await expect.poll(() => its().some(({ argv }) => argv.includes('can-connect-to-database')), soon).toBe(true)
    waiting.child.kill('SIGKILL')
    await waiting.ended
    await expect.poll(() => its().length, soon).toBe(0)
    expect(await sessions(sleeping)).toBe(1)
    holder.child.kill('SIGTERM')
    await holder.ended
    expect(await applied()).toEqual(['0001_first', '0002_second'])
    expect(await sessions()).toBe(0)
  })

  test.each([
    ['SIGTERM', 143, 'as a supervisor sends it', (pid: number) => pid],
    [
      'SIGTERM',
      143,
      'as GNU timeout sends it to a program and at once to its group',
      async (pid: number) => {
        process.kill(pid, 'SIGTERM')
        await new Promise((resolve) => setTimeout(resolve, 50))
        return -pid
      },
    ],
    ['SIGINT', 130, 'as a terminal sends it to the whole group', (pid: number) => -pid],
  ] as const)('by %s ends with %i, no process, no session, no lock, %s', async (signal, code, _how, target) => {
    const running = await deployAsleep()
    process.kill(await target(running.child.pid ?? 0), signal)
    const run = await running.ended
    expect(run).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(`stopped by ${signal}`) })
    expect(await sessions()).toBe(0)
    await expect.poll(() => mine().length, soon).toBe(0)
    expect(await applied()).toEqual(['0001_first', '0002_second'])
    await expectHealing()
  })

  test('by SIGTERM inside a hook keeps nothing of the hook and does not go on to the roles', async () => {
    await project.write({
      ...config("{ admin: { user: 'postgres' }, hooks: { afterMigrate: ['slow.sql'] }, roles: { late: {} } }"),
      'slow.sql': 'CREATE TABLE made_by_hook ();\nSELECT pg_sleep(30);\n',
    })
    const running = project.start(['migrate'])
    await expect.poll(() => sessions(sleeping), soon).toBe(1)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 143, stdout: '' })
    expect(await sessions()).toBe(0)
    const { rows } = await emulator.asSuperuser(
      "SELECT to_regclass('made_by_hook') AS made, (SELECT count(*)::int FROM pg_roles WHERE rolname = 'late') AS roles",
      database,
    )
    expect(rows).toEqual([{ made: null, roles: 0 }])
  })

  test('by the server, which ends its session, says so', async () => {
    const running = await deployAsleep()
    await emulator.asSuperuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'prisma-iam %' AND state = 'idle'`,
    )
    await emulator.asSuperuser(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND ${sleeping}`,
    )
    const run = await running.ended
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ended the session[\s\S]*PRISMA_IAM_MIGRATE_SESSION/),
    })
  })
})

describe('two deploys at once', () => {
  const pause = { 'prisma/migrations/0003_slow/migration.sql': 'CREATE TABLE before ();\nSELECT pg_sleep(2);\n' }

  test('both succeed: one waits, names the holder, and each migration is applied once', async () => {
    await project.write(pause)
    const runs = [project.start(['migrate', '--json']), project.start(['migrate', '--json'])]
    const ended = await Promise.all(runs.map((run) => run.ended))
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    const counts = ended.map(({ stdout }) => JSON.parse(stdout).migrations.length)
    expect(counts.sort()).toEqual([0, 3])
    const waits = ended.filter(({ stderr }) =>
      /waiting for another deploy: prisma-iam \d+@\S+ \w{6} as postgres from /.test(stderr),
    )
    expect(waits).toHaveLength(1)
    expect(await applied()).toEqual(['0001_first', '0002_second', '0003_slow'])
  })

  test('--lock-timeout 0 gives up at once; SIGTERM ends the one that waits', async () => {
    const holder = await deployAsleep()
    const impatient = await project.run(['migrate', '--lock-timeout', '0'])
    expect(impatient).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another deploy holds the lock: prisma-iam \d+@[\s\S]*PRISMA_IAM_MIGRATE_LOCK/),
    })
    const waiting = project.start(['migrate'])
    await expect.poll(() => waiting.story(), soon).toContain('waiting for another deploy')
    waiting.child.kill('SIGTERM')
    expect(await waiting.ended).toMatchObject({ code: 143 })
    holder.child.kill('SIGTERM')
    expect(await holder.ended).toMatchObject({ code: 143 })
    expect(await sessions()).toBe(0)
  })
})
