import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { converse, towards } from './conversation.ts'
import { migrations } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
  const client = await server.connect()
  await client.query("CREATE ROLE modest LOGIN PASSWORD 'loopback'")
  await client.query('CREATE DATABASE closed')
  await client.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC')
})
afterAll(async () => {
  await server.stop()
})

const first = { '0001_first': 'CREATE TABLE a (id int);' }
const apply = (files: Record<string, string>) => ['applyMigrations', migrations(files)] as const
const other = () => {
  const { migrationsList, ...rest } = migrations(first) as { migrationsList: object }
  return {
    ...rest,
    migrationsList: { ...migrationsList, lockfile: { path: 'migration_lock.toml', content: 'provider = "mysql"\n' } },
  }
}

interface Case {
  code: string
  what: string
  url?: (url: string) => string
  /** Before the call that fails. */
  earlier?: readonly (readonly [method: string, params: object])[]
  sql?: string
  call: readonly [method: string, params: object]
  says: RegExp
}

const cases: readonly Case[] = [
  {
    code: 'P1000',
    what: 'a wrong password',
    url: (url) => url.replace(':loopback@', ':wrong@'),
    call: apply(first),
    says: /credentials for `postgres` are not valid/,
  },
  {
    code: 'P1001',
    what: 'nobody at the port',
    url: () => 'postgresql://a:b@127.0.0.1:1/c',
    call: apply(first),
    says: /Can't reach database server at `127.0.0.1:1`/,
  },
  {
    code: 'P1003',
    what: 'a database that is not there',
    url: (url) => `${url}_not`,
    call: apply(first),
    says: /Database `test_\d+_not` does not exist/,
  },
  {
    code: 'P1010',
    what: 'a database that is closed to the user',
    url: (url) => url.replace('postgres:', 'modest:').replace(/test_\d+$/, 'closed'),
    call: apply(first),
    says: /User `modest` was denied access on the database `closed`/,
  },
  {
    code: 'P1011',
    what: 'a server without TLS',
    url: (url) => `${url}?sslmode=require`,
    call: apply(first),
    says: /Error opening a TLS connection/,
  },
  {
    code: 'P1013',
    what: "another database's URL",
    url: () => 'mysql://a:canary@127.0.0.1/c',
    call: apply(first),
    says: /The provided database string is invalid(?!(.|\n)*canary)/,
  },
  {
    code: 'P3005',
    what: 'tables without a history',
    sql: 'CREATE TABLE stray ()',
    call: apply(first),
    says: /schema is not empty/,
  },
  {
    code: 'P3008',
    what: 'resolving as applied what is applied',
    earlier: [apply(first)],
    call: ['markMigrationApplied', { migrationName: '0001_first', ...migrations(first) }],
    says: /`0001_first` is already recorded as applied/,
  },
  {
    code: 'P3009',
    what: 'an earlier failure',
    earlier: [apply({ '0001_first': 'SELECT 1/0' })],
    call: apply(first),
    says: /`0001_first` migration started at .* failed/,
  },
  {
    code: 'P3010',
    what: 'a name that is too long',
    call: ['createMigration', { ...towards('', {}), migrationName: 'n'.repeat(201) }],
    says: /must not be longer than 200/,
  },
  {
    code: 'P3011',
    what: 'rolling back what never ran',
    earlier: [apply(first)],
    call: ['markMigrationRolledBack', { migrationName: '0002' }],
    says: /`0002` cannot be rolled back because it was never applied/,
  },
  {
    code: 'P3012',
    what: 'rolling back what did not fail',
    earlier: [apply(first)],
    call: ['markMigrationRolledBack', { migrationName: '0001_first' }],
    says: /`0001_first` cannot be rolled back because it is not in a failed state/,
  },
  {
    code: 'P3017',
    what: 'a migration that is not there',
    earlier: [apply(first)],
    call: ['markMigrationApplied', { migrationName: '0009', ...migrations(first) }],
    says: /The migration 0009 could not be found/,
  },
  {
    code: 'P3018',
    what: 'a statement that fails',
    call: apply({ '0001_first': 'CREATE TABLE a ();\n\nSELECT *\nFROM nowhere;' }),
    says: /Migration name: 0001_first\n\nDatabase error code: 42P01\n\nDatabase error:\nERROR: relation "nowhere" does not exist(.|\n)*Position:\n(.|\n)*4 FROM nowhere/,
  },
  {
    code: 'P3019',
    what: "another provider's migrations",
    call: ['applyMigrations', other()],
    says: /provider `postgresql` .* does not match .*`mysql`/,
  },
  {
    code: 'P4001',
    what: 'pulling an empty database',
    call: [
      'introspect',
      {
        schema: { files: [{ path: 'schema.prisma', content: 'datasource db {\n  provider = "postgresql"\n}\n' }] },
        baseDirectoryPath: '/',
        force: false,
        compositeTypeDepth: 0,
        namespaces: null,
      },
    ],
    says: /introspected database was empty/,
  },
]

describe.each(cases)(
  "Prisma's own code $code",
  ({ code, what, url = (text) => text, earlier = [], sql, call, says }) => {
    test(`tells of ${what}`, async () => {
      const database = await server.createDatabase()
      const client = await server.connect({ database })
      if (sql !== undefined) await client.query(sql)
      const engine = converse({ url: url(server.urlOf(database)) })
      for (const [method, params] of earlier) await engine.ask(method, params).catch(() => {})
      await expect(engine.ask(...call)).rejects.toMatchObject({ code, message: expect.stringMatching(says) })
      await engine.end()
    })
  },
)
