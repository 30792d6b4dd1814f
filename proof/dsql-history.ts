import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { open } from '../src/connect/open.ts'
import type { Notice } from '../src/dsql/finding.ts'
import { planDsql } from '../src/dsql/plan.ts'
import { openSession } from '../src/engine/session.ts'
import { logIn } from '../src/migrate/dedicated.ts'
import { splitStatements } from '../src/sql/statements.ts'
import { runSteps } from '../src/steps/run.ts'
import { config, testProject } from '../test/migrate/project.ts'
import { type CatalogEntry, readCatalog } from '../test/support/catalog.ts'
import { type TestEmulator, testEmulator } from '../test/support/emulator.ts'
import { type TestPostgres, testPostgres } from '../test/support/postgres.ts'
import { explain } from './dsql-notices.ts'

const folder = join(import.meta.dirname, '../test/e2e/histories/dsql')
const dsql = { identityCache: 65_536 }

/** What one history left on Aurora DSQL, beside what it left on PostgreSQL. */
export interface DsqlComparison {
  migrations: readonly string[]
  /** How many differences of the catalogs each rule accounts for. */
  explained: Readonly<Record<string, number>>
  /** What differs though no notice said so, a line each. */
  unexplained: readonly string[]
  /** The ends of what was printed, where a deploy failed. */
  failures: readonly string[]
}

/**
 * Runs the migrations of one folder on an emulated DSQL cluster and on PostgreSQL 16, and compares catalogs and row counts.
 *
 * @param way by the project's Prisma and command line, or by plan and runner alone, which is faster.
 */
export async function compareOnDsql(way: 'command-line' | 'in-process'): Promise<DsqlComparison> {
  const [emulator, postgres] = await Promise.all([testEmulator({ service: 'dsql' }), testPostgres({ major: 16 })])
  try {
    const migrations = await readMigrations()
    const shop = await makeDatabase(postgres)
    const failures = await (way === 'command-line' ? deploy : run)(migrations, emulator, postgres)
    const [there, here] = await Promise.all([catalogOf(emulator.superuser), catalogOf(shop)])
    const plans = await Promise.all([...migrations.values()].map((sql) => planDsql(sql, dsql)))
    const notices: readonly Notice[] = plans.flatMap((plan) => plan.notices)
    return { migrations: [...migrations.keys()], ...explain(there, here, notices), failures }
  } finally {
    await Promise.all([emulator.stop(), postgres.stop()])
  }
}

async function readMigrations(): Promise<Map<string, string>> {
  const names = (await readdir(folder)).sort()
  const files = await Promise.all(names.map((name) => readFile(join(folder, name, 'migration.sql'), 'utf8')))
  return new Map(names.map((name, at) => [name, files[at] ?? '']))
}

/** Owned by a role of the same name as DSQL's admin, so that owners can be compared. */
async function makeDatabase(postgres: TestPostgres): Promise<pg.ClientConfig> {
  const client = await postgres.connect()
  await client.query(`CREATE ROLE admin SUPERUSER LOGIN PASSWORD 'loopback'`)
  await client.query('CREATE DATABASE shop OWNER admin')
  return { host: '127.0.0.1', port: postgres.port, user: 'admin', password: 'loopback', database: 'shop' }
}

async function run(migrations: ReadonlyMap<string, string>, emulator: TestEmulator, postgres: TestPostgres) {
  const opening = await open({ ...emulator.options, user: 'admin' })
  const client = await logIn(opening, { database: 'postgres', applicationName: 'history', budgetMs: 0 })
  const plain = await postgres.connect({ host: '127.0.0.1', user: 'admin', password: 'loopback', database: 'shop' })
  const edges = {
    clock: Date.now,
    random: Math.random,
    sleep: async () => {},
    report: () => {},
    conflictBudgetMs: 5000,
  }
  const session = openSession(client)
  for (const [migration, sql] of migrations) {
    const { steps } = await planDsql(sql, dsql)
    await runSteps(session, { migration, steps }, { transactionalDdl: false }, edges)
    for (const { text } of await splitStatements(sql)) await plain.query(text)
    await Promise.all([client, plain].map((own) => own.query('RESET ALL')))
  }
  await client.end()
  return []
}

async function deploy(_migrations: ReadonlyMap<string, string>, emulator: TestEmulator, postgres: TestPostgres) {
  const project = await testProject({})
  try {
    await rm(join(project.directory, 'prisma/migrations'), { recursive: true })
    await cp(folder, join(project.directory, 'prisma/migrations'), { recursive: true })
    await project.write({
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      ...config(`{ admin: { user: 'admin' }, dsql: ${JSON.stringify(dsql)} }`),
    })
    const shop = { DATABASE_URL: `postgresql://admin:loopback@127.0.0.1:${postgres.port}/shop` }
    const runs = [await project.run(['migrate'], shop), await project.run(['migrate'], emulator.env)]
    return runs.filter(({ code }) => code !== 0).map(({ stderr }) => stderr.slice(-2000))
  } finally {
    await project.remove()
  }
}

/** Without what is the server's own, Prisma's history table and the journal. */
async function catalogOf(settings: pg.ClientConfig): Promise<CatalogEntry[]> {
  const client = new pg.Client(settings)
  await client.connect()
  try {
    const catalog = await readCatalog(client, ['_prisma_migrations', '_prisma_iam', 'sys'])
    return catalog.filter(({ kind }) => kind !== 'role' && kind !== 'setting' && kind !== 'database')
  } finally {
    await client.end()
  }
}
