import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outcome, type TestCluster, testCluster } from './cluster.ts'

let cluster: TestCluster
let admin: pg.Client
beforeAll(async () => {
  cluster = await testCluster()
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  admin = await cluster.connect()
})
afterEach(async () => {
  await admin.query('ROLLBACK')
  const { rows } = await cluster.superuser.query(`SELECT oid::regclass AS t FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace`)
  for (const { t } of rows) await cluster.superuser.query(`DROP TABLE ${t} CASCADE`)
  await admin.end()
})

const multiple = '0A000 multiple ddl statements not supported in a transaction'
const mixed = '0A000 ddl and dml are not supported in the same transaction'
const aborted = '25P02 current transaction is aborted, commands ignored until end of transaction block'
const truncate = '0A000 unsupported statement: Truncate'

/** Runs statements one by one, in the simple protocol or, with parameters, in the extended one. */
async function each(protocol: string, ...statements: string[]): Promise<unknown[]> {
  const answers: unknown[] = []
  const extended = { text: '', queryMode: 'extended' } as pg.QueryConfig
  for (const text of statements) {
    answers.push(...(await outcome(admin, (protocol === 'extended' ? { ...extended, text } : text) as string)))
  }
  return answers
}

async function tables(): Promise<string[]> {
  const { rows } = await cluster.superuser.query(`SELECT relname FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace ORDER BY 1`)
  return rows.map(({ relname }) => relname)
}

describe.each(['simple', 'extended'])('in the %s protocol, statement by statement,', (protocol) => {
  it('a transaction holds one DDL statement, and the second aborts it', async () => {
    expect(
      await each(
        protocol,
        'BEGIN',
        'CREATE TABLE a (id int)',
        'CREATE TABLE b (id int)',
        'SELECT 1',
        'COMMIT',
        'SELECT 2 AS n',
      ),
    ).toEqual(['BEGIN', 'CREATE', multiple, aborted, 'ROLLBACK', [{ n: 2 }]])
    expect(await tables()).toEqual([])
  })

  it('DDL and DML exclude each other in either order', async () => {
    expect(await each(protocol, 'CREATE TABLE a (id int)', 'BEGIN', 'INSERT INTO a VALUES (1)')).toEqual([
      'CREATE',
      'BEGIN',
      'INSERT',
    ])
    expect(await each(protocol, 'INSERT INTO a VALUES (2)', 'ALTER TABLE a ADD COLUMN n int', 'ROLLBACK')).toEqual([
      'INSERT',
      mixed,
      'ROLLBACK',
    ])
    expect(
      await each(
        protocol,
        'BEGIN',
        'CREATE TABLE b (id int)',
        'SELECT * FROM b',
        'INSERT INTO a VALUES (3)',
        'ROLLBACK',
      ),
    ).toEqual(['BEGIN', 'CREATE', 'SELECT', mixed, 'ROLLBACK'])
    expect(
      await each(
        protocol,
        'BEGIN',
        'CREATE TABLE b (id int)',
        'WITH x AS (DELETE FROM a RETURNING 1) SELECT * FROM x',
        'ROLLBACK',
      ),
    ).toEqual(['BEGIN', 'CREATE', mixed, 'ROLLBACK'])
  })

  it('GRANT, REVOKE, CREATE ROLE and AWS IAM are DDL too', async () => {
    const ddl = [
      'GRANT SELECT ON a TO app',
      'REVOKE SELECT ON a FROM app',
      'CREATE ROLE other LOGIN',
      `AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/app'`,
      'CREATE INDEX ASYNC ON a (id)',
    ]
    await each(protocol, 'CREATE ROLE app LOGIN', 'CREATE TABLE a (id int)')
    for (const statement of ddl) {
      expect(await each(protocol, 'BEGIN', 'CREATE TABLE b (id int)', statement, 'ROLLBACK')).toEqual([
        'BEGIN',
        'CREATE',
        multiple,
        'ROLLBACK',
      ])
    }
    expect(await each(protocol, 'DROP TABLE a', 'DROP ROLE app')).toEqual(['DROP', 'DROP'])
  })

  it('a refusal outside a transaction leaves nothing behind, inside it aborts', async () => {
    await each(protocol, 'CREATE TABLE a (id int)')
    expect(await each(protocol, 'TRUNCATE a', 'SELECT 1 AS n')).toEqual([truncate, [{ n: 1 }]])
    expect(await each(protocol, 'BEGIN', 'TRUNCATE a', 'TRUNCATE a', 'SELECT 1', 'ROLLBACK', 'SELECT 1 AS n')).toEqual([
      'BEGIN',
      truncate,
      aborted,
      aborted,
      'ROLLBACK',
      [{ n: 1 }],
    ])
    expect(
      await each(protocol, 'BEGIN', 'INSERT INTO a VALUES (1)', 'SAVEPOINT s', 'COMMIT', 'SELECT * FROM a'),
    ).toEqual(['BEGIN', 'INSERT', '0A000 unsupported transaction statement: SAVEPOINT', 'ROLLBACK', 'SELECT'])
  })

  it('a statement that failed in PostgreSQL does not count', async () => {
    expect(
      await each(
        protocol,
        'BEGIN',
        'CREATE TABLE a (id nonsense)',
        'ROLLBACK',
        'CREATE TABLE a (id int)',
        'INSERT INTO a VALUES (1)',
      ),
    ).toEqual(['BEGIN', '42704 type "nonsense" does not exist', 'ROLLBACK', 'CREATE', 'INSERT'])
  })

  it('COMMIT AND CHAIN begins a transaction that holds nothing', async () => {
    expect(
      await each(
        protocol,
        'BEGIN',
        'CREATE TABLE a (id int)',
        'COMMIT AND CHAIN',
        'INSERT INTO a VALUES (1)',
        'CREATE TABLE b (id int)',
        'ROLLBACK',
      ),
    ).toEqual(['BEGIN', 'CREATE', 'COMMIT', 'INSERT', mixed, 'ROLLBACK'])
  })

  it('CREATE INDEX wants ASYNC, answers a job id under its own tag, and the index is there', async () => {
    await each(protocol, 'CREATE TABLE a (id int, "async" int)')
    expect(await each(protocol, 'CREATE INDEX i ON a (id)', 'CREATE INDEX "async" ON a (id)')).toEqual(
      Array(2).fill('0A000 unsupported mode. please use CREATE INDEX ASYNC.'),
    )
    for (const [sql, index] of [
      ['CREATE INDEX ASYNC i1 ON a (id)', 'i1'],
      [`create unique /* not , */ index async if not exists i2 on a (id) where id > 0 and 'it''s' <> '\\'`, 'i2'],
      ['CREATE INDEX ASYNC ON a ("async") INCLUDE (id) NULLS NOT DISTINCT', 'a_async_id_idx'],
    ] as const) {
      const result = await admin.query({
        text: sql,
        ...(protocol === 'extended' && { queryMode: 'extended' }),
      } as pg.QueryConfig)
      expect(result).toMatchObject({ command: 'CREATE', rows: [{ job_id: expect.stringMatching(/^[a-z2-7]{26}$/) }] })
      const { rows } = await admin.query('SELECT indisvalid FROM pg_index WHERE indexrelid = $1::regclass', [index])
      expect(rows).toEqual([{ indisvalid: true }])
      const [job] = result.rows
      expect((await admin.query(`CALL sys.wait_for_job('${job.job_id}')`)).rows).toEqual([{ succeeded: true }])
      expect((await admin.query('SELECT job_type, status FROM sys.jobs WHERE job_id = $1', [job.job_id])).rows).toEqual(
        [{ job_type: 'INDEX_BUILD', status: 'completed' }],
      )
    }
    expect(
      await each(protocol, 'CREATE INDEX ASYNC public.q ON a (id)', 'CREATE INDEX ASYNC i9 ON nowhere (id)'),
    ).toEqual(['42601 syntax error at or near "."', '42P01 relation "nowhere" does not exist'])
  })

  it('constraints are added NOT VALID and validated ASYNC', async () => {
    await each(protocol, 'CREATE TABLE a (id int)', 'ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID')
    expect(await each(protocol, 'ALTER TABLE a VALIDATE CONSTRAINT c')).toEqual([
      '0A000 unsupported ALTER TABLE VALIDATE CONSTRAINT statement',
    ])
    const [rows] = await each(protocol, 'ALTER TABLE ASYNC a VALIDATE CONSTRAINT c')
    expect(rows).toEqual([{ job_id: expect.stringMatching(/^[a-z2-7]{26}$/) }])
    const { rows: valid } = await admin.query(`SELECT convalidated FROM pg_constraint WHERE conname = 'c'`)
    expect(valid).toEqual([{ convalidated: true }])
  })

  it('there are no advisory locks', async () => {
    expect(await each(protocol, 'SELECT pg_advisory_lock(1)', `SELECT pg_try_advisory_xact_lock_shared(1)`)).toEqual([
      '0A000 function pg_advisory_lock not supported',
      '0A000 function pg_try_advisory_xact_lock_shared not supported',
    ])
  })

  it('a primary key is not taken apart, whatever else the statement does', async () => {
    await each(protocol, 'CREATE TABLE a (id int PRIMARY KEY, n int)')
    const refusals = [
      ['ALTER TABLE a DROP COLUMN n, DROP COLUMN id', '0A000 cannot drop primary key column id'],
      ['ALTER TABLE public.a DROP CONSTRAINT a_pkey', '0A000 unsupported ALTER TABLE DROP CONSTRAINT statement'],
    ] as const
    for (const [sql, refusal] of refusals) {
      expect(await each(protocol, sql, 'BEGIN', sql, 'ROLLBACK')).toEqual([refusal, 'BEGIN', refusal, 'ROLLBACK'])
    }
    expect(await each(protocol, 'ALTER TABLE a DROP COLUMN n')).toEqual(['ALTER'])
  })

  it('has neither languages for text search nor geometric values', async () => {
    expect(await each(protocol, `SELECT to_tsvector('english', 'a')`, `SELECT circle('<(0,0),1>'::text)`)).toEqual([
      '42704 text search configuration "english" does not exist',
      '0A000 datatype circle not supported',
    ])
  })

  it('says what it is', async () => {
    const versions = ['SHOW server_version', `SELECT current_setting('server_version_num') AS n`]
    expect(await each(protocol, ...versions)).toEqual([[{ server_version: '16.15' }], [{ n: '160015' }]])
    expect(await each(protocol, 'SELECT version()', 'SHOW transaction_isolation', 'SHOW timezone')).toEqual([
      [{ version: 'PostgreSQL 16' }],
      [{ transaction_isolation: 'repeatable read' }],
      [{ TimeZone: 'UTC' }],
    ])
  })
})

describe('a script in one simple query', () => {
  it('is one transaction: two DDL, or DDL and DML, undo each other', async () => {
    expect(await outcome(admin, 'CREATE TABLE a (id int); CREATE TABLE b (id int)')).toEqual([multiple])
    expect(await outcome(admin, 'CREATE TABLE a (id int); INSERT INTO a VALUES (1)')).toEqual([mixed])
    expect(await outcome(admin, 'CREATE TABLE a (id int); CREATE INDEX ASYNC i ON a (id)')).toEqual([multiple])
    expect(await tables()).toEqual([])
    expect(await outcome(admin, 'SELECT 1 AS a; ; SELECT 2 AS b')).toEqual([[{ a: 1 }], [{ b: 2 }]])
  })

  it('may hold transactions of its own, one DDL each', async () => {
    const script =
      'BEGIN; CREATE TABLE a (id int); COMMIT; BEGIN; CREATE INDEX ASYNC i ON a (id); COMMIT; INSERT INTO a VALUES (1)'
    expect(await outcome(admin, script)).toEqual([
      'BEGIN',
      'CREATE',
      'COMMIT',
      'BEGIN',
      [{ job_id: expect.any(String) }],
      'COMMIT',
      'INSERT',
    ])
  })

  it('that breaks a rule in its own transaction leaves it open and aborted', async () => {
    expect(await outcome(admin, 'BEGIN; CREATE TABLE a (id int); TRUNCATE a; COMMIT')).toEqual([truncate])
    expect(await outcome(admin, 'SELECT 1')).toEqual([aborted])
    expect(await outcome(admin, 'COMMIT')).toEqual(['ROLLBACK'])
    expect(await tables()).toEqual([])
  })

  it('with a syntax error anywhere runs nothing, and the error stands where the client wrote it', async () => {
    const script = `CREATE INDEX ASYNC i ON "ä🦀" (id); AWS IAM GRANT a TO 'b'; SELECT '🦀', nonsense nonsense nonsense`
    const error: unknown = await admin.query(script).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: '42601', position: String([...script].length - 'nonsense'.length + 1) })
    const semantic = `TRUNCATE x; SELECT 1`
    expect(await outcome(admin, semantic)).toEqual([truncate])
    const late = `BEGIN; AWS IAM GRANT admin TO 'b'; COMMIT; SELECT nowhere`
    expect(await outcome(admin, late)).toEqual(['0A000 Role admin not supported'])
    await admin.query('ROLLBACK')
    const located = `SHOW timezone; CREATE INDEX ASYNC IF NOT EXISTS i ON a (id); SELECT nowhere`
    await admin.query('CREATE TABLE a (id int)')
    const found: unknown = await admin.query(located).catch((caught: unknown) => caught)
    expect(found).toMatchObject({ code: '42703', position: String(located.indexOf('nowhere') + 1) })
  })

  it('answers the results before the refused statement', async () => {
    const rows: unknown[] = []
    const query = admin.query('SELECT 1 AS n; SELECT pg_advisory_lock(1); SELECT 3 AS n')
    admin.connection.on('dataRow', (row: { fields: Buffer[] }) => rows.push(String(row.fields[0])))
    await expect(query).rejects.toThrow('function pg_advisory_lock not supported')
    expect(rows).toEqual(['1'])
  })
})
