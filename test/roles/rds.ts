import type pg from 'pg'
import { expect } from 'vitest'
import type { RoleServer } from '../../src/roles/server.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

/** A PostgreSQL with the roles of RDS: a master who may create roles, but is no superuser. */
export interface TestRds {
  postgres: TestPostgres
  superuser: pg.Client
  master: pg.Client
}

/** How RDS and Aurora PostgreSQL treat roles. */
export const rds: RoleServer = { iam: 'rds_iam', transactionalDdl: true, publicSchemaIsSystem: false }

/** The ARN that the tests declare where any will do. */
export const arn = 'arn:aws:iam::123456789012:role/app'

export async function testRds(): Promise<TestRds> {
  const postgres = await testPostgres()
  const superuser = await postgres.connect()
  await superuser.query('CREATE ROLE rds_superuser CREATEROLE; CREATE ROLE rds_iam')
  await superuser.query('CREATE ROLE master LOGIN CREATEDB CREATEROLE')
  await superuser.query('GRANT rds_superuser TO master')
  // On RDS the master may hand on rds_iam (AWS user guide, IAM database authentication, read 2026-11); until PostgreSQL 15
  // CREATEROLE is enough for that.
  if (hasGrantOptions(postgres)) {
    await superuser.query('GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE')
  }
  await superuser.query('GRANT CREATE ON DATABASE postgres TO master')
  return { postgres, superuser, master: await postgres.connect({ user: 'master' }) }
}

/** Since PostgreSQL 16 each membership says for itself whether it inherits. */
export function hasGrantOptions({ version }: TestPostgres): boolean {
  return Number.parseInt(version, 10) >= 16
}

/** Takes every role and table of the test before away, and makes a small shop anew, owned by the master. */
export async function freshShop({ master, superuser }: TestRds): Promise<void> {
  await superuser.query('DROP SCHEMA IF EXISTS shop CASCADE')
  const { rows } = await superuser.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname !~ '^(pg_|rds_)' and rolname not in ('postgres', 'master')`,
  )
  for (const { name } of rows) await superuser.query(`DROP OWNED BY "${name}"; DROP ROLE "${name}"`)
  await superuser.query('GRANT CREATE ON DATABASE postgres TO master')
  await master.query(`
    CREATE SCHEMA shop;
    CREATE TABLE shop."Order" (id serial PRIMARY KEY, total numeric, secret text);
    CREATE TABLE shop."Item" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
    CREATE VIEW shop."Totals" AS SELECT sum(total) FROM shop."Order";
    CREATE TABLE shop._prisma_migrations (id text);
    CREATE SEQUENCE shop.ticket`)
}

/** Does the server let the role do this? Anything but a refused permission fails the test. */
export async function mayRun({ postgres }: TestRds, role: string, sql: string): Promise<boolean> {
  const client = await postgres.connect({ user: role })
  try {
    await client.query(sql)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: '42501' })
    return false
  } finally {
    await client.end()
  }
}
