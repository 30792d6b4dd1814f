import { processesWith } from '../test/migrate/processes.ts'
import { config, envOf, type Project, testProject } from '../test/migrate/project.ts'
import { type TestEmulator, testEmulator } from '../test/support/emulator.ts'

/** Who is killed: the command, Prisma's CLI, the schema engine, or all of them. */
export type Victim = 'command' | 'cli' | 'engine' | 'all'

/** How the deploys of one service ended. */
export interface KilledDeploys {
  /** Statements of an undisturbed deploy. */
  statements: number
  killed: number
  /** What a second run did not bring to the state of an undisturbed one. */
  wrong: readonly string[]
}

/** A history of which no file fits a transaction. */
const migrations: Record<'rds' | 'dsql', Record<string, string>> = {
  rds: {
    '0003_own':
      'BEGIN;\nCREATE TABLE a (id int PRIMARY KEY, n int);\nINSERT INTO a SELECT i, i FROM generate_series(1, 100) i;\nCOMMIT;\nUPDATE a SET n = n + 1;\n',
    '0004_index':
      'CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);\nVACUUM a;\nDROP INDEX CONCURRENTLY a_n;\nUPDATE a SET n = n + 1;\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n',
  },
  dsql: {
    '0003_tables':
      'CREATE TABLE a (id int PRIMARY KEY, n int);\nINSERT INTO a SELECT i, i FROM generate_series(1, 100) i;\nUPDATE a SET n = n + 1;\n',
    '0004_index':
      'CREATE UNIQUE INDEX a_n ON a (n);\nUPDATE a SET n = n + 1000;\nALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0);\n',
  },
}

/** A hook of which no step may run twice. */
const hooks: Record<'rds' | 'dsql', string> = {
  rds: '-- prisma-iam: run=once\nUPDATE a SET n = n + 1000;\nVACUUM a;\n',
  dsql: '-- prisma-iam: run=once\nUPDATE a SET n = n + 1000;\nCREATE INDEX a_both ON a (n, id);\n',
}

const second = { 'prisma/migrations/0002_second/migration.sql': 'ALTER TABLE "Order" ADD note text;\n' }

/**
 * Deploys through the real command line again and again, kills at a statement further on each time, and runs the deploy
 * once more; each time the database must then equal that of an undisturbed deploy.
 *
 * @param samples how many deploys are killed, spread over the statements of a deploy.
 */
export async function killDeploys(
  service: 'rds' | 'dsql',
  samples: number,
  victims: readonly Victim[] = ['engine', 'all', 'command', 'cli'],
): Promise<KilledDeploys> {
  let onStatement = () => {}
  const emulator = await testEmulator({ service, onStatement: () => onStatement() })
  const wrong: string[] = []
  let killed = 0
  try {
    let statements = 0
    onStatement = () => void statements++
    const expected = await onStage(emulator, service, async ({ project }) => [await mustRun(project)])
    onStatement = () => {}
    if (!expected.includes(well)) throw new Error(`the undisturbed deploy ${expected}`)
    for (let sample = 0; sample < samples; sample++) {
      const point = Math.max(1, Math.round(((sample + 0.5) * statements) / samples))
      const victim = victims[sample % victims.length] ?? 'all'
      const found = await onStage(emulator, service, async ({ project, mark }) => {
        let count = 0
        onStatement = () => {
          if (++count === point) kill(victim, mark)
        }
        await project.start(['migrate']).ended
        onStatement = () => {}
        if (count >= point) killed++
        await until(() => processesWith(mark).length === 0)
        return [await mustRun(project)]
      })
      if (found !== expected) wrong.push(`${victim} killed at statement ${point}: ${found} instead of ${expected}`)
    }
    return { statements, killed, wrong }
  } finally {
    await emulator.stop()
  }
}

interface Stage {
  project: Project
  /** A text in the environment of every process of the deploy. */
  mark: string
}
let stages = 0

/** An empty database and a project; tells the state that the work leaves. */
async function onStage(
  emulator: TestEmulator,
  service: 'rds' | 'dsql',
  work: (stage: Stage) => Promise<readonly string[]>,
): Promise<string> {
  const database = service === 'rds' ? `killed_${++stages}` : emulator.database
  if (service === 'rds') await emulator.asSuperuser(`CREATE DATABASE ${database} OWNER ${emulator.admin}`)
  else await emptyPublic(emulator)
  const mark = `MARK=killed_${process.pid}_${++stages}`
  const project = await testProject({ ...envOf(emulator, database), MARK: mark.slice(5) })
  try {
    const files = Object.entries(migrations[service]).map(([name, sql]) => [
      `prisma/migrations/${name}/migration.sql`,
      sql,
    ])
    await project.write({
      ...config(
        `{ admin: { user: '${emulator.admin}' }, dsql: { leaseSeconds: 2 }, hooks: { afterMigrate: ['hook.sql'] } }`,
      ),
      'hook.sql': hooks[service],
      ...second,
      ...Object.fromEntries(files),
    })
    const said = await work({ project, mark })
    return JSON.stringify([said, await readBack(emulator, database)])
  } finally {
    await project.remove()
  }
}

/** How a deploy ended that should end well; what it applied depends on what was done before. */
async function mustRun(project: Project): Promise<string> {
  const run = await project.run(['migrate'])
  return run.code === 0 ? well : `ended with ${run.code}: ${run.stderr}`
}

const well = 'ended well'

async function readBack(emulator: TestEmulator, database: string): Promise<unknown> {
  const queries = [
    'SELECT migration_name, finished_at IS NOT NULL AS finished, rolled_back_at, applied_steps_count FROM _prisma_migrations ORDER BY 1',
    "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_prisma%' ORDER BY 1, ordinal_position",
    "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1",
    "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'a'::regclass ORDER BY 1",
    'SELECT count(*), sum(n) FROM a',
    'SELECT name FROM _prisma_iam_hooks',
    'SELECT migration, step, state FROM _prisma_iam_steps ORDER BY 1, 2',
  ]
  return await Promise.all(
    queries.map(async (sql) => await emulator.asSuperuser(sql, database).then(({ rows }) => rows, String)),
  )
}

async function emptyPublic(emulator: TestEmulator): Promise<void> {
  const { rows } = await emulator.asSuperuser(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
  )
  for (const { relname } of rows) await emulator.asSuperuser(`DROP TABLE public."${relname}" CASCADE`)
}

function kill(victim: Victim, mark: string): void {
  const isEngine = (argv: string) => argv.includes('engine/bin.mjs')
  const isCli = (argv: string) => argv.includes('prisma/build/index.js')
  for (const { pid, argv } of processesWith(mark)) {
    const isVictim =
      victim === 'all' ||
      (victim === 'engine' ? isEngine(argv) : victim === 'cli' ? isCli(argv) : !isEngine(argv) && !isCli(argv))
    if (isVictim) process.kill(pid, 'SIGKILL')
  }
}

async function until(condition: () => boolean, patienceMs = 30_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
