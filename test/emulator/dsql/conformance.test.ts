import { existsSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Started, started } from '../faults/started.ts'

/**
 * What a cluster answered in September 2026 (recorded by github.com/Dreamescaper/dsql-emulator, MIT). The file is no part
 * of this project; without it beside the project nothing is compared.
 */
const file = '../shared/dsql/probes.json'
const recorded: Recorded = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { setup: [], probes: [] }

interface Recorded {
  setup: string[]
  probes: Probe[]
}

interface Probe {
  name: string
  protocol: 'simple' | 'extended'
  steps: (string | { session: string; sql: string })[]
  expect: Expected[]
  sessions?: string[]
  /** Row values, and how many there are, cannot be compared. */
  ignore_rows?: boolean
  /** Which session loses is a race; how many is the fact. */
  conflict_race?: boolean
}

interface Expected {
  tag?: string
  columns?: string[]
  rows?: string[][]
  /** As PostgreSQL writes values; `rows` has them as the recorder's driver rendered them. */
  rows_text?: (string | null)[][]
  sqlstate?: string
  message?: string
  results?: Expected[]
}

/** Where the emulator differs, with the reason; `docs/emulator.md` tells them too. */
const different: Record<string, string> = {
  q_lateral_left_outer_ref: 'a defect of that server, reported to AWS',
  q_lateral_left_no_outer_where: 'a defect of that server, reported to AWS',
  q_lateral_left_outer_ref_cast: 'a defect of that server, reported to AWS',
}

let cluster: Started
let shared: pg.Client
beforeAll(async () => {
  if (recorded.probes.length === 0) return
  cluster = await started({ service: 'dsql', dsql: { jobs: { durationMs: 10_000 } } })
  shared = await cluster.connect()
  for (const sql of recorded.setup) await shared.query(sql)
})
afterAll(() => cluster?.stop())

describe.skipIf(recorded.probes.length === 0)(`the recorded answers in ${file}`, () => {
  it.each(recorded.probes)('$name', async (probe) => {
    const { steps, sessions } = probe
    const actual = sessions ? await onSessions(probe) : await onOne(probe)
    const wanted = probe.expect.map((each) => comparable(each, probe))
    if (different[probe.name]) {
      expect(actual).not.toEqual(wanted)
    } else if (probe.conflict_race) {
      expect(actual.slice(0, steps.length - 2)).toEqual(wanted.slice(0, steps.length - 2))
      const ends = (answers: unknown[]) =>
        answers
          .slice(-2)
          .map((each) => JSON.stringify(each))
          .sort()
      expect(ends(actual)).toEqual(ends(wanted))
    } else {
      expect(actual).toEqual(wanted)
    }
  })

  it('differ in a handful of cases', () => {
    const names = recorded.probes.map(({ name }) => name)
    expect(names).toHaveLength(242)
    expect(Object.keys(different).filter((name) => !names.includes(name))).toEqual([])
    expect(Object.keys(different).length).toBeLessThanOrEqual(6)
  })
})

/** Runs a probe's steps in the one session of all such probes, and ends its transaction. */
async function onOne(probe: Probe): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const step of probe.steps) answers.push(await answer(shared, String(step), probe))
  await shared.query('ROLLBACK')
  return answers
}

/** The sessions take turns as the recording has them: no statement of DSQL waits for another session. */
async function onSessions(probe: Probe): Promise<unknown[]> {
  const sessions = new Map<string, pg.Client>()
  for (const name of probe.sessions ?? []) sessions.set(name, await cluster.connect())
  const answers: unknown[] = []
  for (const step of probe.steps) {
    const client = typeof step === 'string' ? undefined : sessions.get(step.session)
    if (typeof step === 'string' || client === undefined) throw new Error(`${probe.name}: a step of no session`)
    answers.push(await answer(client, step.sql, probe))
  }
  await Promise.all([...sessions.values()].map((client) => client.end()))
  return answers
}

async function answer(client: pg.Client, sql: string, probe: Probe): Promise<unknown> {
  const texts = { getTypeParser: () => (text: string) => text }
  const types = texts as unknown as pg.CustomTypesConfig
  try {
    const config = {
      text: sql,
      rowMode: 'array',
      types,
      ...(probe.protocol === 'extended' && { queryMode: 'extended' }),
    }
    const result = (await client.query(config as pg.QueryArrayConfig)) as unknown as
      | pg.QueryArrayResult
      | pg.QueryArrayResult[]
    const all = [result].flat().map((each) => told(each, probe))
    return Array.isArray(result) ? { results: all } : all[0]
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    return { sqlstate: error.code, message: error.message }
  }
}

function told({ command, rowCount, fields, rows }: pg.QueryArrayResult, { ignore_rows = false }: Probe): Expected {
  const tag = ['INSERT', 'UPDATE', 'DELETE', 'SELECT'].includes(command)
    ? `${command}${command === 'INSERT' ? ' 0' : ''} ${rowCount}`
    : command
  const columns = fields.map(({ name }) => name)
  const values = rows.map((row) => row.map((value) => (value as string | null) ?? null))
  return comparable({ tag, ...(columns.length > 0 && { columns, rows_text: values }) }, { ignore_rows })
}

/** What both sides can be held to: pg tells the first word of a tag and a count, and rows have no order of their own. */
function comparable(expected: Expected, { ignore_rows = false }: Pick<Probe, 'ignore_rows'>): Expected {
  const { tag, columns, rows, rows_text, results, sqlstate, message } = expected
  if (results) return { results: results.map((each) => comparable(each, { ignore_rows })) }
  if (tag === undefined) return { sqlstate, message } as Expected
  const words = tag.split(' ')
  const counted = /^\d+$/.test(words.at(-1) ?? '')
  const values = rows_text ?? rows?.map((row) => row.map((value) => (value === 'NULL' ? null : value)))
  return {
    tag: counted ? (ignore_rows ? `${words[0]} n` : tag) : (words[0] ?? ''),
    ...(columns && columns.length > 0 && { columns }),
    ...(values && columns && columns.length > 0 && !ignore_rows && { rows_text: values.sort() }),
  }
}
