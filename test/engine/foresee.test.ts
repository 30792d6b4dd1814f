import { expect, test } from 'vitest'
import type { Connection } from '../../src/engine/adapter.ts'
import { foresee } from '../../src/engine/foresee.ts'
import type { Rows } from '../../src/engine/session.ts'
import type { Progress } from '../../src/steps/progress.ts'
import { migrations } from './in-process.ts'

const told: Progress[] = []

/** A server on which some migrations are applied, and which is asked nothing but that. */
function server(transactionalDdl: boolean, ...applied: string[]): Connection {
  const rows = (values: string[]): Rows => ({ columns: [], rows: values.map((value) => [value]), affected: 0 })
  const query = async (sql: string) => rows(sql.includes('"_prisma_migrations"') ? applied : [])
  const script = () => Promise.reject(new Error('nothing may run'))
  return {
    session: { query, script, end: async () => {} },
    schema: 'public',
    capabilities: { transactionalDdl, advisoryLocks: transactionalDdl, severalDatabases: transactionalDdl },
    lockTimeoutMs: 'off',
    edges: { report: (progress) => told.push(progress) },
  }
}

test('what Aurora DSQL refuses in any pending file is told before the first runs, with place and remedy', async () => {
  const files = migrations({
    '1_old': 'CREATE EXTENSION citext;',
    '2_good': 'CREATE TABLE a (id uuid PRIMARY KEY);',
    '3_bad': "SELECT 1;\n  CREATE TYPE mood AS ENUM ('a');\nCREATE EXTENSION citext;",
    '4_bad': 'TRUNCATE a;',
  })
  await expect(foresee(files, server(false, '1_old'))).rejects.toMatchObject({
    code: 'PRISMA_IAM_STEPS_REFUSED',
    problems: [
      expect.stringMatching(/^3_bad:2:3: .+: .+/),
      expect.stringMatching(/^3_bad:3:1: /),
      expect.stringMatching(/^4_bad:1:1: /),
    ],
    hint: expect.stringContaining('prisma-iam lint'),
  })
})

test('what runs in another form is reported with its place', async () => {
  await foresee(
    migrations({ '1': 'CREATE TABLE a (id uuid PRIMARY KEY);\nCREATE INDEX i ON a (id DESC);' }),
    server(false),
  )
  expect(told).toEqual([
    expect.objectContaining({ kind: 'notice', migration: '1', place: { line: 2, column: expect.any(Number) } }),
  ])
})

test('on PostgreSQL a file that opens a transaction and never ends it is refused', async () => {
  const files = migrations({ '1': 'CREATE TABLE a ();', '2': 'BEGIN;\nCREATE TABLE b ();' })
  await expect(foresee(files, server(true))).rejects.toMatchObject({
    code: 'PRISMA_IAM_STEPS_UNENDED',
    message: expect.stringContaining('2 opens a transaction on line 1'),
  })
  await foresee(files, server(true, '2'))
})
