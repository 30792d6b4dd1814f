import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { planDsql } from '../../../src/dsql/plan.ts'
import { openSession, type Session } from '../../../src/engine/session.ts'
import { foreseeHooks } from '../../../src/migrate/hooks/foresee.ts'
import type { SqlHook } from '../../../src/migrate/hooks/hook.ts'
import { runInSteps } from '../../../src/migrate/hooks/in-steps.ts'
import { readHook } from '../../../src/migrate/hooks/read.ts'
import { isDue, readRecords } from '../../../src/migrate/hooks/record.ts'
import type { Progress } from '../../../src/steps/progress.ts'
import { type DsqlStage, dsqlStage, edges } from '../../steps/dsql-stage.ts'
import { mortal, nth } from '../../steps/mortal.ts'

let stage: DsqlStage
let session: Session
let directory: string

beforeAll(async () => {
  stage = await dsqlStage(edges)
  session = openSession(stage.client)
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-hooks-'))
})
beforeEach(async () => {
  await stage.clear()
})
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await stage.stop()
})

const text = `CREATE TABLE IF NOT EXISTS trail (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int);
SET application_name = 'a hook';
INSERT INTO trail (n) SELECT count(*) FROM trail;
CREATE UNIQUE INDEX IF NOT EXISTS trail_n ON trail (n);
CREATE OR REPLACE VIEW top AS SELECT max(n) AS n FROM trail;`

async function hook(script: string, variables: Record<string, string> = {}): Promise<SqlHook> {
  const path = join(directory, 'hook.sql')
  writeFileSync(path, script)
  const read = await readHook({ kind: 'sql', path, name: 'hook.sql' }, variables)
  if (!('hook' in read) || read.hook.kind !== 'sql') throw new Error('it cannot be read')
  return read.hook
}

/** What one deploy does with a hook, by a session that dies before the message which `dies` picks; the messages. */
async function deploy(script: string, dies = (_sql: string) => false): Promise<readonly string[]> {
  const file = await hook(script)
  const records = await readRecords(stage.client, undefined)
  if (!isDue(file, records)) return []
  const { session: mine, sent } = mortal(session, dies)
  const { steps } = await planDsql(file.script)
  try {
    await runInSteps(file, steps, { session: mine, server: { transactionalDdl: false }, records, edges })
  } finally {
    await stage.client.query('ROLLBACK')
  }
  return sent
}

async function readBack(): Promise<unknown> {
  const rows = async (sql: string) => (await stage.client.query(sql)).rows
  return [
    await rows('SELECT n FROM trail ORDER BY 1'),
    await rows('SELECT n FROM top'),
    await rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'trail_n'::regclass"),
    await rows('SELECT name, checksum FROM _prisma_iam_hooks'),
    await rows('SELECT step, state FROM _prisma_iam_steps'),
  ]
}

/** Before a statement that only reads, the server is as it is before the next one that does not. */
const writes = /^(?!SELECT|WITH|BEGIN|SET)/i

test('killed before any change, a hook is healed by the next deploy, and no step of it runs twice', async () => {
  const points = (await deploy(text)).filter((sql) => writes.test(sql.trim())).length
  const [expected, changes] = [await readBack(), stage.changes()]
  expect(expected).toMatchObject([[{ n: 0 }], [{ n: 0 }], [{ indisvalid: true }], [{ name: 'hook.sql' }], []])
  expect(changes).toHaveLength(3)
  for (let point = 1; point <= points; point++) {
    await stage.clear()
    await expect(deploy(text, nth(point, writes))).rejects.toThrow()
    await deploy(text)
    expect(await readBack(), `killed before change ${point}`).toEqual(expected)
    expect(stage.changes(), `killed before change ${point}`).toEqual(changes)
  }
}, 60_000)

test('a hook without a rule runs whole at every deploy, and one that runs once does not run again', async () => {
  for (let n = 0; n < 3; n++) await deploy(text)
  expect(await readBack()).toMatchObject([[{ n: 0 }, { n: 1 }, { n: 2 }], [{ n: 2 }], [{ indisvalid: true }], [{}], []])
  await stage.clear()
  for (let n = 0; n < 3; n++) await deploy(`-- prisma-iam: run=once\n${text}`)
  expect(await readBack()).toMatchObject([[{ n: 0 }], [{ n: 0 }], [{ indisvalid: true }], [{}], []])
})

test('conflicts at every statement cost tries, not a repetition', async () => {
  stage.emulator.conflictNext(9, 'OC001')
  await deploy(text)
  stage.emulator.conflictNext(0)
  expect(await readBack()).toMatchObject([[{ n: 0 }], [{ n: 0 }], [{ indisvalid: true }], [{}], []])
})

test('what is refused is told before any hook runs, at its place in the file, and what is lost is told as well', async () => {
  const told: Progress[] = []
  const foresight = {
    client: stage.client,
    server: { transactionalDdl: false },
    report: (progress: Progress) => void told.push(progress),
  }
  const name = { name: 'of\ntwo lines' }
  const due = [
    await hook(`SELECT :'name',\n1; CREATE INDEX i ON trail (n DESC);`, name),
    await hook(`SELECT :'name';\nSELECT :'name'; CREATE TYPE mood AS ENUM ();`, name),
  ]
  await expect(foreseeHooks(due, foresight)).rejects.toMatchObject({
    code: 'PRISMA_IAM_STEPS_REFUSED',
    problems: [expect.stringMatching(/^hook\.sql:2:17: .*enums/)],
  })
  expect(told).toMatchObject([{ kind: 'notice', migration: 'hook.sql', place: { line: 2, column: 4 } }])
  await expect(deploy(`-- prisma-iam: run=once\n${text}`, nth(1, /CREATE UNIQUE/))).rejects.toThrow()
  const changed = await hook(`-- prisma-iam: run=once\n${text.replace('count(*)', '1 + count(*)')}`)
  await expect(foreseeHooks([changed], foresight)).rejects.toMatchObject({ code: 'PRISMA_IAM_STEPS_CHANGED' })
})
