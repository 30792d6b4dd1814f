import { spawn } from 'node:child_process'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { config, envOf, type Project, testProject } from './project.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
const projects: Project[] = []

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
})
afterEach(() => Promise.all(projects.splice(0).map((project) => project.remove())))
afterAll(() => emulator.stop())

async function make(database: string): Promise<Project> {
  await emulator.asSuperuser(`CREATE DATABASE ${database} OWNER ${emulator.admin}`)
  const project = await testProject(envOf(emulator, database))
  projects.push(project)
  return project
}

/** A script of one project that wants its `iam`, and runs plain Prisma in the folder of another. */
async function deployFrom(owner: Project, other: Project): Promise<{ code: number | null; text: string }> {
  await owner.write({
    'script.mjs': `import { spawn } from 'node:child_process'
import { createJiti } from '${import.meta.resolve('jiti')}'
await createJiti(import.meta.url).import('./prisma.config.ts')
const [cli, cwd] = process.argv.slice(2)
spawn(process.execPath, [cli, 'migrate', 'deploy'], { cwd, stdio: 'inherit' }).once('close', (code) => {
  process.exitCode = code
})`,
  })
  const cli = `${other.directory}/node_modules/prisma/build/index.js`
  const child = spawn(process.execPath, [`${owner.directory}/script.mjs`, cli, other.directory], {
    cwd: owner.directory,
    env: owner.env,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, text }
}

async function tables(database: string): Promise<number> {
  const { rowCount } = await emulator.asSuperuser("SELECT FROM pg_tables WHERE schemaname = 'public'", database)
  return rowCount ?? 0
}

test('a Prisma that a process of another project starts logs in to its own database', async () => {
  const [owner, other] = [await make('owner_a'), await make('other_a')]
  await other.write(config(`{ url: '${other.env.DATABASE_URL}', admin: { user: 'postgres' } }`))
  expect(await deployFrom(owner, other)).toMatchObject({ code: 0 })
  expect([await tables('owner_a'), await tables('other_a')]).toEqual([0, 2])
})

test('a Prisma without a login of its own does not use that of another project', async () => {
  const [owner, other] = [await make('owner_b'), await make('other_b')]
  await other.write({
    'prisma.config.ts': `export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' },
  datasource: { url: 'postgresql://somebody:canary@127.0.0.1:1/elsewhere' } }\n`,
  })
  const { code, text } = await deployFrom(owner, other)
  expect(code).toBe(1)
  expect(text).toMatch(/login at hand is for owner_b at .* as postgres[\s\S]*elsewhere at 127\.0\.0\.1:1 as somebody/)
  expect(text).not.toContain('canary')
  expect([await tables('owner_b'), await tables('other_b')]).toEqual([0, 0])
})
