import { afterEach, expect, test } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { open } from '../../src/connect/open.ts'
import { type LoginSocket, serveLogins } from '../../src/engine/login.ts'
import type { EngineNews } from '../../src/engine/news.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { type Project, testProject } from './project.ts'

let emulator: TestEmulator | undefined
let socket: LoginSocket | undefined
let project: Project | undefined

afterEach(async () => {
  socket?.close()
  await project?.remove()
  await emulator?.stop()
})

/** What the process that loaded prisma.config.ts does. */
async function serve(options: IamOptions, hear?: (news: EngineNews) => void): Promise<LoginSocket> {
  const { login, resolved } = await open(options)
  const password = async () => (typeof login.password === 'function' ? login.password() : login.password)
  return serveLogins(
    async () => ({
      login: { ...login, password: await password() },
      capabilities: resolved.endpoint.capabilities,
    }),
    hear,
  )
}

test('on Aurora DSQL the admin deploys by token, one statement a transaction', async () => {
  emulator = await testEmulator({ service: 'dsql' })
  const heard: EngineNews[] = []
  socket = await serve({ ...emulator.options, user: 'admin' }, (news) => heard.push(news))
  project = await testProject(`postgresql://admin@${emulator.signHost}:${emulator.signPort}/postgres`)
  await project.migrate({ '0001_one': 'CREATE TABLE "Order" (id uuid PRIMARY KEY);' })
  const env = { PRISMA_IAM_ENGINE_SOCKET: socket.path }
  expect(await project.prisma(['migrate', 'deploy'], env)).toMatchObject({ code: 0 })
  const history = await emulator.asSuperuser(
    'SELECT migration_name, finished_at IS NOT NULL AS done FROM _prisma_migrations',
  )
  expect(history.rows).toEqual([{ migration_name: '0001_one', done: true }])
  emulator.faults.wakeUp({ forMs: 600_000 })
  const status = project.prisma(['migrate', 'status'], env)
  await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toMatchObject({ kind: 'retrying', reason: 'waking' })
  emulator.faults.clear()
  expect(await status).toMatchObject({ code: 0 })

  await project.migrate({ '0002_two': 'CREATE TABLE a (id uuid PRIMARY KEY);\nCREATE INDEX a_id ON a (id);' })
  expect(await project.prisma(['migrate', 'deploy'], env)).toMatchObject({ code: 0 })
  const left = await emulator.asSuperuser('SELECT FROM _prisma_iam_steps')
  expect(left.rows).toEqual([])
}, 60_000)

test('on Aurora PostgreSQL the admin deploys by token, two statements in one transaction', async () => {
  emulator = await testEmulator({ service: 'rds' })
  const { admin } = emulator
  socket = await serve({ ...emulator.options, user: admin })
  project = await testProject(`postgresql://${admin}@${emulator.signHost}:${emulator.signPort}/${emulator.database}`)
  await project.migrate({
    '0001_one': 'CREATE TABLE "Order" (id uuid PRIMARY KEY); CREATE TABLE b (id uuid PRIMARY KEY);',
  })
  const run = await project.prisma(['migrate', 'deploy'], { PRISMA_IAM_ENGINE_SOCKET: socket.path })
  expect(run).toMatchObject({ code: 0 })
})
