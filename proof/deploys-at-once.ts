import type { ExecutedStatement } from '../src/emulator/index.ts'
import { config, envOf, type Run, testProject } from '../test/migrate/project.ts'
import { testEmulator } from '../test/support/emulator.ts'

/** What became of deploys that were started at once. */
export interface DeploysAtOnce {
  runs: readonly Run[]
  /** How often each migration was applied. */
  applied: Readonly<Record<string, number>>
  /** What hooks wrote, in the order of their time: each deploy its number before and after. */
  hooks: readonly string[]
  /** Whether the declared role may read what was made. */
  mayRead: boolean
  /** How many statements were looked at for overlaps. */
  statements: number
  /** Pairs of statements of two sessions that ran at the same time, the lock's own left out. */
  overlaps: readonly string[]
}

/** Starts real command lines on one empty database, all at the same moment. */
export async function deployAtOnce(service: 'rds' | 'dsql', count: number): Promise<DeploysAtOnce> {
  const log: ExecutedStatement[] = []
  let isLogged = false
  const emulator = await testEmulator({
    service,
    onStatement: (statement) => {
      if (isLogged) log.push(statement)
    },
  })
  const database = service === 'rds' ? 'at_once' : emulator.database
  if (service === 'rds') await emulator.asSuperuser(`CREATE DATABASE at_once OWNER ${emulator.admin}`)
  const project = await testProject(envOf(emulator, database))
  try {
    await emulator.asSuperuser(
      'CREATE SCHEMA seen; CREATE TABLE seen.hooks (at timestamptz, word text); GRANT ALL ON SCHEMA seen TO PUBLIC; GRANT ALL ON seen.hooks TO PUBLIC',
      database,
    )
    await project.write({
      ...config(
        `{ admin: { user: '${emulator.admin}' }, hooks: { beforeMigrate: ['before.sql'], afterMigrate: ['after.sql'], variables: { deploy: process.env.DEPLOY ?? '' } }, roles: { app: { iam: ['arn:aws:iam::123456789012:role/app'], grants: [{ schema: 'public', tables: '*', privileges: 'readonly' }] } } }`,
      ),
      'before.sql': "INSERT INTO seen.hooks VALUES (clock_timestamp(), 'begin ' || :'deploy');\n",
      'after.sql': "INSERT INTO seen.hooks VALUES (clock_timestamp(), 'end ' || :'deploy');\n",
      'prisma/migrations/0002_second/migration.sql': 'ALTER TABLE "Order" ADD note text;\n',
    })
    isLogged = true
    const runs = await Promise.all(
      Array.from({ length: count }, (_, index) => project.run(['migrate'], { DEPLOY: String(index) })),
    )
    isLogged = false
    const read = async (sql: string) => (await emulator.asSuperuser(sql, database)).rows
    const history = await read(
      'SELECT migration_name AS name, count(*)::int AS times FROM _prisma_migrations GROUP BY 1',
    )
    const [may] = await read(`SELECT has_table_privilege('app', 'public."Order"', 'SELECT') AS read`)
    return {
      runs,
      applied: Object.fromEntries(history.map(({ name, times }) => [name, times])),
      hooks: (await read('SELECT word FROM seen.hooks ORDER BY at')).map(({ word }) => word),
      mayRead: may.read,
      ...overlapsOf(log),
    }
  } finally {
    await project.remove()
    await emulator.stop()
  }
}

/** Whether each deploy that began also ended before the next began. */
export function isOneAfterTheOther(hooks: readonly string[]): boolean {
  return hooks.every((word, index) => index % 2 === 0 || word === hooks[index - 1]?.replace('begin', 'end'))
}

/** What those who wait send. */
const ofTheLock = /_prisma_iam_lease|advisory|pg_backend_pid|SET search_path/

/** Pairs of statements of two sessions that ran at the same time, those of the lock left out. */
export function overlapsOf(log: readonly ExecutedStatement[]): { statements: number; overlaps: string[] } {
  const work = log.filter(({ text }) => !ofTheLock.test(text)).sort((a, b) => a.startedMs - b.startedMs)
  const overlaps = work.flatMap((statement, index) =>
    work
      .slice(0, index)
      .filter(({ session, endedMs }) => session !== statement.session && endedMs > statement.startedMs)
      .map(({ text }) => `${text} | ${statement.text}`),
  )
  return { statements: work.length, overlaps }
}
