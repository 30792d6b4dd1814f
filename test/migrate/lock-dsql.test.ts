import { afterAll, beforeAll, expect, test } from 'vitest'
import { overlapsOf } from '../../proof/deploys-at-once.ts'
import type { ExecutedStatement } from '../../src/emulator/index.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { processesWith } from './processes.ts'
import { config, type Project, testProject } from './project.ts'

let emulator: TestEmulator
let project: Project
const log: ExecutedStatement[] = []
const mark = `lock_dsql_${process.pid}`
const soon = { timeout: 40_000, interval: 50 }

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql', onStatement: (statement) => log.push(statement) })
  project = await testProject({ ...emulator.env, MARK: mark })
  await project.write({
    ...config("{ admin: { user: 'admin' }, dsql: { leaseSeconds: 1 } }"),
    'prisma/migrations/0002_second/migration.sql':
      'SELECT pg_sleep(9);\nCREATE INDEX i ON "Order" (id);\nCREATE TABLE late (id int);\n',
  })
})
afterAll(async () => {
  await project.remove()
  await emulator.stop()
})

const running = (what: string) => async () => (await emulator.asSuperuser(what)).rowCount
const job = "SELECT FROM sys.jobs WHERE job_type = 'INDEX_BUILD' AND status NOT IN ('completed', 'failed')"
const statement = "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(9)%' AND pid <> pg_backend_pid()"

test.runIf(process.platform === 'linux')(
  'on DSQL a wrapper alone is killed, during a long statement and during a long job: no statement of its successor meets one of the orphan',
  async () => {
    const first = project.start(['migrate'])
    await expect.poll(running(statement), soon).toBe(1)
    first.child.kill('SIGKILL')
    const second = project.start(['migrate'])
    // The lease of the one that was killed is over in a second; its engine lives, and renews its own.
    await expect.poll(() => second.story(), soon).toMatch(/a statement of which may still run/)

    await emulator.jobs.take(120_000)
    await expect.poll(running(job), soon).toBe(1)
    second.child.kill('SIGKILL')
    const third = project.start(['migrate'])
    await expect.poll(() => third.story(), soon).toContain('waiting for the index i')
    await emulator.jobs.take(0)
    await emulator.jobs.finish()
    expect(await third.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('1 migration,') })

    expect(overlapsOf(log).overlaps).toEqual([])
    expect(log.filter(({ text }) => /^CREATE INDEX ASYNC/.test(text))).toHaveLength(1)
    await expect.poll(() => processesWith(`MARK=${mark}`).length, soon).toBe(0)
  },
  120_000,
)
