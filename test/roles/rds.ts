import type pg from 'pg'
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
  // On RDS the master may hand on rds_iam (AWS user guide, IAM database authentication, read 2026-11).
  await superuser.query(
    'GRANT rds_superuser TO master; GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE',
  )
  await superuser.query('GRANT CREATE ON DATABASE postgres TO master')
  return { postgres, superuser, master: await postgres.connect({ user: 'master' }) }
}
