import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine, migrations } from './in-process.ts'

let server: TestPostgres
let database: string

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  database = await server.createDatabase()
})
afterAll(async () => {
  await server.stop()
})

/** The third of its steps fails. */
const file = [
  'CREATE TABLE a (n int);',
  'INSERT INTO a VALUES (1), (1);',
  'CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);',
  'INSERT INTO a VALUES (2);',
].join('\n')

const apply = (sql = file) => callEngine(server, database, 'applyMigrations', migrations({ '1_steps': sql }))
const rolledBack = () => callEngine(server, database, 'markMigrationRolledBack', { migrationName: '1_steps' })

async function query(sql: string): Promise<unknown[]> {
  const client = await server.connect({ database })
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

const failed = (code: string) => ({ failure: expect.objectContaining({ error_code: code }) })
const applied = (...names: string[]) => ({ result: { appliedMigrationNames: names } })

describe('a step that fails', () => {
  test('is told as Prisma tells a failed migration, with its place and what to do', async () => {
    const { outcome } = await apply()
    expect(outcome).toEqual(failed('P3018'))
    const { message } = (outcome as { failure: { message: string } }).failure
    expect(message).toContain('Database error code: 23505')
    expect(message).toMatch(/Position:\n {2}1 CREATE TABLE .*\n.*\n {2}3 CREATE UNIQUE .*\n\nThis was step 3/)
    expect(message).toContain('step 3 of 4, at line 3, column 1: steps 1 to 2 are done, what follows has not run.')
    expect(message).toContain('`npx prisma-iam migrate resolve --rolled-back 1_steps`')
  })

  test('stops the next deploy, which goes on at it when somebody has put the data right', async () => {
    await apply()
    expect((await apply()).outcome).toEqual(failed('P3009'))
    await query('DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)')
    await rolledBack()
    expect((await apply()).outcome).toEqual(applied('1_steps'))
    expect(await query('SELECT n FROM a ORDER BY 1')).toEqual([{ n: 1 }, { n: 2 }])
    expect(await query('SELECT * FROM _prisma_iam_steps')).toEqual([])
  })

  test('may be corrected in the file', async () => {
    await apply()
    await rolledBack()
    expect((await apply(file.replace('UNIQUE ', ''))).outcome).toEqual(applied('1_steps'))
    expect(await query('SELECT count(*)::int AS rows FROM a')).toEqual([{ rows: 3 }])
  })

  test('cannot be corrected above, where it has run; this is told before anything runs', async () => {
    await apply()
    await rolledBack()
    const changed = await apply(file.replace('(1), (1)', '(1)'))
    expect(changed.outcome).toEqual(failed('PRISMA_IAM_STEPS_CHANGED'))
    expect(changed.outcome).toMatchObject({
      failure: { message: expect.stringMatching(/1_steps(.|\n)*step 2, at line 2, column 1/) },
    })
    expect(changed.sent.filter((sql) => sql.startsWith('INSERT'))).toEqual([])
    expect((await apply(file.replace('UNIQUE ', ''))).outcome).toEqual(applied('1_steps'))
  })

  test('is forgotten with all its file when somebody has done the rest by hand', async () => {
    await apply()
    const marked = { ...migrations({ '1_steps': file }), migrationName: '1_steps' }
    expect((await callEngine(server, database, 'markMigrationApplied', marked)).outcome).toHaveProperty('result')
    expect((await apply()).outcome).toEqual(applied())
    expect(await query('SELECT * FROM _prisma_iam_steps')).toEqual([])
  })

  test('begins anew when its lines of the journal are deleted', async () => {
    await apply()
    await query("DROP TABLE a; DELETE FROM _prisma_iam_steps WHERE migration = '1_steps'")
    await rolledBack()
    expect((await apply(file.replace('(1), (1)', '(1)'))).outcome).toEqual(applied('1_steps'))
  })
})

test('a deploy that was killed needs nobody: it goes on, and P3009 never shows', async () => {
  const sane = file.replace('(1), (1)', '(1)')
  const { sent } = await callEngine(
    server,
    await server.createDatabase(),
    'applyMigrations',
    migrations({ '1_steps': sane }),
  )
  const dieAfter = sent.findIndex((sql) => sql.includes('CONCURRENTLY a_n')) + 1
  const files = migrations({ '1_steps': sane })
  expect((await callEngine(server, database, 'applyMigrations', files, { dieAfter })).outcome).toHaveProperty('failure')
  expect(await query('SELECT * FROM _prisma_migrations')).toEqual([])
  expect((await apply(sane)).outcome).toEqual(applied('1_steps'))
})
