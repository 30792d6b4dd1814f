import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prepareDsqlCatalog } from '../../../src/emulator/dsql/catalog.ts'
import { outcome, type TestCluster, testCluster } from './cluster.ts'

const role = 'arn:aws:iam::123456789012:role/app'
const user = 'arn:aws-us-gov:iam::123456789012:user/some/path/jo.e+x@y'
let cluster: TestCluster
let admin: pg.Client

beforeAll(async () => {
  cluster = await testCluster()
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  admin = await cluster.connect()
  await admin.query('CREATE ROLE app LOGIN')
})
afterEach(async () => {
  await admin.query('ROLLBACK')
  const { rows } = await admin.query('SELECT pg_role_name, arn FROM sys.iam_pg_role_mappings')
  for (const { pg_role_name, arn } of rows) await admin.query(`AWS IAM REVOKE "${pg_role_name}" FROM '${arn}'`)
  await admin.query('DROP ROLE IF EXISTS app, "App", nologin')
})

describe('AWS IAM GRANT and REVOKE', () => {
  it('map an ARN to a role, seen in sys.iam_pg_role_mappings and by the login', async () => {
    const answer = await admin.query(`AWS IAM GRANT app TO '${role}'`)
    expect(answer).toMatchObject({ command: 'AWS', rows: [], fields: [] })
    const { rows, fields } = await admin.query('SELECT * FROM sys.iam_pg_role_mappings')
    expect(fields.map(({ name }) => name)).toEqual([
      'iam_oid',
      'arn',
      'pg_role_oid',
      'pg_role_name',
      'grantor_pg_role_oid',
      'grantor_pg_role_name',
    ])
    expect(rows).toMatchObject([{ arn: role, pg_role_name: 'app', grantor_pg_role_name: 'admin' }])
    expect(await cluster.catalog.isMapped(role, 'app')).toBe(true)
    expect(await cluster.catalog.isMapped(user, 'app')).toBe(false)
    await admin.query({ text: `aws iam grant /* c */ app to '${user}'`, queryMode: 'extended' } as pg.QueryConfig)
    expect(await cluster.catalog.mappedRoles(user)).toEqual(['app'])
    await admin.query(`AWS IAM REVOKE app FROM '${role}'`)
    expect(await cluster.catalog.isMapped(role, 'app')).toBe(false)
    expect(await cluster.catalog.isMapped(user, 'app')).toBe(true)
  })

  it('roll back with their transaction', async () => {
    expect(await outcome(admin, `BEGIN; AWS IAM GRANT app TO '${role}'; ROLLBACK`)).toEqual([
      'BEGIN',
      'AWS',
      'ROLLBACK',
    ])
    expect(await cluster.catalog.mappedRoles(role)).toEqual([])
  })

  it('fold names like PostgreSQL, and keep quoted ones', async () => {
    await admin.query('CREATE ROLE "App" LOGIN')
    await admin.query(`AWS IAM GRANT "App" TO '${role}'`)
    await admin.query(`AWS IAM GRANT APP TO '${role}'`)
    expect(await cluster.catalog.mappedRoles(role)).toEqual(['App', 'app'])
  })

  it('say what is wrong', async () => {
    await admin.query('CREATE ROLE nologin')
    await admin.query(`AWS IAM GRANT app TO '${role}'`)
    for (const [sql, error] of [
      [`AWS IAM GRANT nobody TO '${role}'`, '42704 Role nobody does not exist'],
      [`AWS IAM GRANT nologin TO '${role}'`, '22023 role nologin must have the LOGIN attribute'],
      [`AWS IAM GRANT admin TO '${role}'`, '0A000 Role admin not supported'],
      [`AWS IAM GRANT app TO 'app'`, '22023 IAM role must look like an IAM ARN'],
      [`AWS IAM GRANT app TO 'arn:aws:sts::123456789012:assumed-role/a/b'`, '22023 IAM role must look like an IAM ARN'],
      [`AWS IAM GRANT app TO 'arn:aws:iam::1:role/a'`, '22023 IAM role must look like an IAM ARN'],
      [`AWS IAM GRANT app TO '${role}'`, `42710 IAM role ${role} already exists`],
      [`AWS IAM REVOKE app FROM '${user}'`, `42704 IAM role ${user} does not exist`],
      [`AWS IAM GRANT app TO`, '42601 syntax error at or near "AWS"'],
      [`AWS IAM GRANT app FROM '${role}'`, '42601 syntax error at or near "AWS"'],
      [`AWS IAM GRANT app TO '${role}' NOW`, '42601 syntax error at or near "AWS"'],
    ] as const) {
      expect(await outcome(admin, sql)).toEqual([error])
    }
    const error: unknown = await admin.query(`AWS IAM GRANT nobody TO '${role}'`).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ where: undefined, internalQuery: undefined, hint: undefined })
  })

  it('are for admin alone, by the front door and by the back', async () => {
    const app = await cluster.connect('app')
    expect(await outcome(app, `AWS IAM GRANT app TO '${role}'`)).toEqual([
      '42501 permission denied to grant IAM trust with role app',
    ])
    expect(await outcome(app, `CALL sys.aws_iam_grant('app', '${role}')`)).toEqual([
      '42501 permission denied for procedure aws_iam_grant',
    ])
    await app.end()
  })

  it('keep a mapped role from being dropped, and one without LOGIN from logging in', async () => {
    await admin.query(`AWS IAM GRANT app TO '${role}'`)
    await admin.query(`AWS IAM GRANT app TO '${user}'`)
    await admin.query(`AWS IAM REVOKE app FROM '${user}'`)
    expect(await outcome(admin, 'DROP ROLE app')).toEqual([
      '2BP01 role "app" cannot be dropped because some objects depend on it',
    ])
    await cluster.superuser.query('ALTER ROLE app NOLOGIN')
    expect(await cluster.catalog.isMapped(role, 'app')).toBe(false)
    await admin.query(`AWS IAM REVOKE app FROM '${role}'`)
    expect(await outcome(admin, 'DROP ROLE app')).toEqual(['DROP'])
  })
})

describe('the admin of a cluster', () => {
  it('is no superuser, and still may what it needs', async () => {
    const { rows } = await admin.query(
      `SELECT rolsuper, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = 'admin'`,
    )
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcanlogin: true }])
    for (const sql of [
      'CREATE TABLE t (id int)',
      'GRANT SELECT ON t TO app',
      'GRANT app TO admin',
      'CREATE SCHEMA own AUTHORIZATION app',
      'GRANT USAGE ON SCHEMA own TO app',
      'REVOKE SELECT ON t FROM app',
      'DROP SCHEMA own',
      'DROP TABLE t',
    ]) {
      expect((await outcome(admin, sql))[0], sql).not.toMatch(/^\d/)
    }
  })

  it('grants nothing on schema public or on the database, where others may only look', async () => {
    const system = '0A000 feature not supported on system entity'
    expect(await outcome(admin, 'GRANT ALL ON SCHEMA public TO app')).toEqual([system])
    expect(await outcome(admin, 'REVOKE ALL ON SCHEMA public FROM app')).toEqual([system])
    expect(await outcome(admin, 'GRANT CONNECT ON DATABASE postgres TO app')).toEqual([
      '0A000 unsupported object type in GRANT',
    ])
    const app = await cluster.connect('app')
    expect(await outcome(app, 'CREATE TABLE mine (id int)')).toEqual(['42501 permission denied for schema public'])
    await admin.query('CREATE TABLE theirs (id int)')
    expect(await outcome(app, 'SELECT FROM theirs')).toEqual([expect.stringContaining('OC001')])
    expect(await outcome(app, 'CREATE INDEX ASYNC ON theirs (id)')).toEqual(['42501 must be owner of table theirs'])
    expect(await outcome(app, 'CREATE SCHEMA mine')).toEqual(['42501 permission denied for database postgres'])
    await admin.query('DROP TABLE theirs')
    await app.end()
  })
})

describe('sys.wait_for_job', () => {
  it('is a procedure that wants a job id', async () => {
    expect(await outcome(admin, `SELECT sys.wait_for_job('x')`)).toEqual([
      '42809 sys.wait_for_job(unknown) is a procedure',
    ])
    expect(await outcome(admin, `CALL sys.wait_for_job((SELECT job_id FROM sys.jobs LIMIT 1))`)).toEqual([
      '0A000 cannot use subquery in CALL argument',
    ])
    expect(await outcome(admin, `CALL sys.wait_for_job('no-such-job')`)).toEqual([
      '22P02 Unable to convert text to UUID',
    ])
  })
})

it('a database that is prepared already is prepared again without a change', async () => {
  await admin.query(`AWS IAM GRANT app TO '${role}'`)
  const again = await prepareDsqlCatalog(
    async (sql, params = []) => (await cluster.superuser.query(sql, [...params])).rows,
  )
  expect(await again.mappedRoles(role)).toEqual(['app'])
})
