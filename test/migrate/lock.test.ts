import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { processesWith } from './processes.ts'
import { config, envOf, type Project, testProject } from './project.ts'

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
  database = `lock_${++count}`
  await emulator.asSuperuser(`CREATE DATABASE ${database} OWNER ${emulator.admin}`)
  await emulator.asSuperuser(
    'CREATE SCHEMA seen; CREATE TABLE seen.witness (sleepers int); CREATE TABLE seen.gate (open bool); GRANT ALL ON SCHEMA seen TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA seen TO PUBLIC',
    database,
  )
  project = await testProject({ ...envOf(emulator, database), MARK: database })
  await project.write(gated)
})
afterEach(() => project.remove())
afterAll(() => emulator.stop())

const soon = { timeout: 40_000, interval: 50 }
const sleeping = "query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()"
const asleep = async () =>
  (await emulator.asSuperuser(`SELECT FROM pg_stat_activity WHERE ${sleeping}`, database)).rowCount

/** A migration that gives up all locks of its session and sleeps until the gate opens, and a hook that counts the sleepers before anything else of a deploy. */
const gated = {
  ...config(
    "{ admin: { user: 'postgres' }, hooks: { beforeMigrate: ['witness.sql'] }, roles: { reader: { iam: ['arn:aws:iam::123456789012:role/reader'] } } }",
  ),
  'witness.sql': `INSERT INTO seen.witness SELECT count(*) FROM pg_stat_activity WHERE ${sleeping};\n`,
  'prisma/migrations/0003_slow/migration.sql': `CREATE TABLE before ();
SELECT pg_advisory_unlock_all();
DO $$ BEGIN FOR i IN 1..800 LOOP EXIT WHEN EXISTS (SELECT FROM seen.gate); PERFORM pg_sleep(0.05); END LOOP; END $$;
CREATE TABLE after ();
`,
}
const openGate = () => emulator.asSuperuser('INSERT INTO seen.gate VALUES (true)', database)

async function read(sql: string): Promise<unknown[]> {
  return (await emulator.asSuperuser(sql, database)).rows
}

const applied = () =>
  read(
    'SELECT migration_name AS name, count(*)::int AS times FROM _prisma_migrations WHERE finished_at IS NOT NULL GROUP BY 1 ORDER BY 1',
  )
const allOnce = ['0001_first', '0002_second', '0003_slow'].map((name) => ({ name, times: 1 }))

describe.runIf(process.platform === 'linux')(
  'a deploy whose wrapper alone is killed in the middle of a long statement',
  () => {
    test('makes its successor wait for that statement, and applies nothing more itself', async () => {
      const first = project.start(['migrate'])
      await expect.poll(asleep, soon).toBe(1)
      first.child.kill('SIGKILL')
      const successor = project.start(['migrate'])
      await expect.poll(() => successor.story(), soon).toMatch(/waiting for .* a statement of which still runs/)
      await openGate()
      const second = await successor.ended
      expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('1 migration,') })
      expect(await read('SELECT sleepers FROM seen.witness')).toEqual([{ sleepers: 0 }, { sleepers: 0 }])
      expect(await applied()).toEqual(allOnce)
      await expect.poll(() => processesWith(`MARK=${database}`).length, soon).toBe(0)
    })
  },
)

describe('plain prisma beside prisma-iam', () => {
  test('waits for the deploy, says so, and says that hooks and roles did not run', async () => {
    const deploy = project.start(['migrate'])
    await expect.poll(asleep, soon).toBe(1)
    const waiting = project.startPrisma(['migrate', 'deploy'])
    await expect.poll(() => waiting.story(), soon).toContain('waiting')
    await openGate()
    const plain = await waiting.ended
    expect(await deploy.ended).toMatchObject({ code: 0 })
    expect(plain).toMatchObject({ code: 0, stdout: expect.stringContaining('No pending migrations') })
    expect(plain.stderr).toMatch(
      /^prisma-iam: waiting for another deploy: prisma-iam \d+@.* as postgres from .* since /m,
    )
    expect(plain.stderr.match(/hooks and roles did not run/g)).toHaveLength(1)
    expect(await applied()).toEqual(allOnce)
  })

  test('makes the deploy wait in turn', async () => {
    const plain = project.startPrisma(['migrate', 'deploy'])
    await expect.poll(asleep, soon).toBe(1)
    const waiting = project.start(['migrate'])
    await expect.poll(() => waiting.story(), soon).toContain('waiting for another deploy')
    await openGate()
    const deploy = await waiting.ended
    expect(await plain.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('hooks and roles did not run') })
    expect(deploy).toMatchObject({ code: 0 })
    expect(await read('SELECT sleepers FROM seen.witness')).toEqual([{ sleepers: 0 }])
    expect(await applied()).toEqual(allOnce)
  })
})
