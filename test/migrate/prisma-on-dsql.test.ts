import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { processesWith } from './processes.ts'
import { config, type Project, testProject } from './project.ts'

// Every command starts three processes.
vi.setConfig({ testTimeout: 90_000 })

const mark = `prisma_on_dsql_${process.pid}`
const soon = { timeout: 40_000, interval: 50 }
let emulator: TestEmulator
let project: Project

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql' })
  project = await testProject({ ...emulator.env, MARK: mark })
  await project.write({
    ...config("{ admin: { user: 'admin' }, hooks: { afterMigrate: ['hook.sql'] } }"),
    'hook.sql': '-- prisma-iam: run=once\nCREATE TABLE by_hook (id int PRIMARY KEY);\n',
    'prisma/migrations/0002_second/migration.sql': `ALTER TABLE "Order" ADD note text;
CREATE INDEX noted ON "Order" (note);
CREATE DOMAIN word AS text;
CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW v AS SELECT f(1, note) FROM "Order";
CREATE TABLE r (id int PRIMARY KEY, o int REFERENCES "Order");
CREATE SEQUENCE s CACHE 1;
`,
  })
})
afterAll(async () => {
  await Promise.all([project.remove(), emulator.stop()])
})

async function relations(): Promise<string[]> {
  const { rows } = await emulator.asSuperuser(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i' ORDER BY 1",
  )
  return rows.map(({ relname }) => relname)
}

const made = [
  'Order',
  '_prisma_iam_hooks',
  '_prisma_iam_lease',
  '_prisma_iam_steps',
  '_prisma_migrations',
  'r',
  's',
  'v',
]

test('a reset empties the schema and leaves the lock, and the migrations and hooks run anew', async () => {
  expect(await project.run(['migrate'])).toMatchObject({ code: 0 })
  expect(await relations()).toEqual([...made, 'by_hook'].sort())
  await emulator.asSuperuser('CREATE TABLE left_over (); ALTER TABLE left_over OWNER TO admin')
  const reset = await project.startPrisma(['migrate', 'reset', '--force']).ended
  expect(reset).toMatchObject({ code: 0, stdout: expect.stringContaining('0002_second') })
  expect(await relations()).toEqual(made)
  expect(await project.run(['migrate', '--json'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"hooks":["hook.sql"]'),
  })
})

test('db push runs in the form that DSQL takes, again and again', async () => {
  const push = () => project.startPrisma(['db', 'push', '--accept-data-loss']).ended
  for (let times = 0; times < 2; times++) {
    expect(await push()).toMatchObject({ code: 0, stdout: expect.stringContaining('now in sync') })
  }
  const { rows } = await emulator.asSuperuser("SELECT conname FROM pg_constraint WHERE conname LIKE '%not_null'")
  expect(rows).toEqual([{ conname: 'Order_note_not_null' }])
})

test.runIf(process.platform === 'linux')(
  'an engine that is told to end during a step ends behind it, and gives its lease back',
  async () => {
    await project.write({
      'prisma/migrations/0003_slow/migration.sql': 'SELECT pg_sleep(2);\nCREATE TABLE late (id int PRIMARY KEY);\n',
    })
    const deploy = project.startPrisma(['migrate', 'deploy'])
    const running =
      "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()"
    await vi.waitFor(async () => expect((await emulator.asSuperuser(running)).rowCount).toBe(1), soon)
    const [engine] = processesWith(mark).filter(({ argv }) => argv.includes('engine/bin.mjs'))
    process.kill(engine?.pid ?? 0, 'SIGTERM')
    await deploy.ended
    await vi.waitFor(() => expect(processesWith(mark)).toEqual([]), soon)
    expect((await emulator.asSuperuser(running)).rowCount).toBe(0)
    const held = 'SELECT mark, holder FROM _prisma_iam_lease WHERE owner IS NOT NULL'
    expect((await emulator.asSuperuser(held)).rows).toEqual([])
    expect(await relations()).not.toContain('late')
    expect(await project.run(['migrate', '--lock-timeout', '1'])).toMatchObject({ code: 0 })
    expect(await relations()).toContain('late')
  },
)
