import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { config, type Project, testProject } from '../test/migrate/project.ts'
import { testPostgres } from '../test/support/postgres.ts'
import { median } from './rounds.ts'

const root = join(import.meta.dirname, '..')
const resolve = createRequire(import.meta.url).resolve
const rounds = Number(process.env.BENCH_ROUNDS ?? 15)

/** A deploy that finds nothing to do, against Prisma's own `migrate deploy` with the same engine, each a whole process. */
export async function measure(): Promise<void> {
  const server = await testPostgres()
  const project = await testProject({ DATABASE_URL: server.urlOf(await server.createDatabase()) })
  try {
    await project.write({
      ...config("{ admin: { user: 'postgres' } }"),
      'prisma.bare.config.ts':
        "export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, datasource: { url: process.env.DATABASE_URL } }\n",
      'prisma/migrations/0002_second/migration.sql': 'ALTER TABLE "Order" ADD note text;\n',
    })
    const ours = () => run(project, [join(root, 'dist/cli/bin.mjs'), 'migrate'])
    const bare = () =>
      run(project, [resolve('prisma/build/index.js'), 'migrate', 'deploy', '--config', 'prisma.bare.config.ts'])
    await ours()
    await bare()
    const pairs: [ours: number, bare: number][] = []
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2 === 0) pairs.push([await ours(), await bare()])
      else pairs.unshift(await bare().then(async (ms): Promise<[number, number]> => [await ours(), ms]))
    }
    report(pairs)
  } finally {
    await project.remove()
    await server.stop()
  }
}

function run({ directory, env }: Project, args: string[]): Promise<number> {
  const started = performance.now()
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...env, PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'dist/engine/bin.mjs') },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let words = ''
    child.stderr.on('data', (chunk) => (words += chunk))
    child.once('error', fail)
    child.once('close', (code) => (code === 0 ? done(performance.now() - started) : fail(new Error(words))))
  })
}

function report(pairs: readonly (readonly [ours: number, bare: number])[]): void {
  const result = {
    oursMs: Math.round(median(pairs.map(([ours]) => ours))),
    bareMs: Math.round(median(pairs.map(([, bare]) => bare))),
    ratio: Math.round(median(pairs.map(([ours, bare]) => ours / bare)) * 100) / 100,
    rounds: pairs.length,
  }
  console.log(
    `a deploy that finds nothing to do: ${result.oursMs} ms, prisma migrate deploy alone ${result.bareMs} ms, ratio ${result.ratio}`,
  )
  mkdirSync(join(root, 'bench/results'), { recursive: true })
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length }
  writeFileSync(join(root, 'bench/results/deploy.json'), `${JSON.stringify({ machine, noop: result }, null, 2)}\n`)
}
