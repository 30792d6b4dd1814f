import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type CustomResourceEvent, handler as customResource } from '../../examples/cdk/handler.ts'
import { handler as lambda } from '../../examples/lambda/handler.ts'
import { config, envOf, type Project, slow, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

// Each deploy runs Prisma's CLI.
vi.setConfig({ testTimeout: 60_000 })

let emulator: TestEmulator
const projects: Project[] = []

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await Promise.all([...projects.map((project) => project.remove()), emulator.stop()])
})

const iam = `{ admin: { user: 'postgres' }, roles: { app: { grants: [{ schema: 'public', tables: '*', privileges: 'readonly' }] } } }`

/** A project as the code of a Lambda function, whose environment is the one that its code sees. */
async function install(database: string, files: Record<string, string> = {}): Promise<Project> {
  const project = await testProject(envOf(emulator, database))
  projects.push(project)
  await project.write({ ...config(iam), ...files })
  for (const [name, value] of Object.entries(project.env)) if (name !== 'PATH') vi.stubEnv(name, value)
  vi.stubEnv('LAMBDA_TASK_ROOT', project.directory)
  return project
}

test('the Lambda function plans, deploys, and finds nothing to do when it is invoked again', async () => {
  await install('lambda')
  const lines = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const context = { getRemainingTimeInMillis: () => 60_000 }
  expect(await lambda({ dryRun: true }, context)).toMatchObject({
    createsDatabase: true,
    migrations: ['0001_first', '0002_second'],
  })
  expect(await lambda({}, context)).toMatchObject({
    service: 'rds',
    host: emulator.signHost,
    database: 'lambda',
    migrations: ['0001_first', '0002_second'],
    roles: [expect.stringContaining('app'), expect.anything()],
  })
  expect(lines.mock.calls.map(([line]) => JSON.parse(line).kind)).toContain('migrations')
  expect(await lambda({}, context)).toMatchObject({ migrations: [], roles: [] })
})

test('the Lambda function that runs out of time stops by itself, and leaves the database as it was', async () => {
  await install('out_of_time', slow)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  // The pg_sleep of the migration takes 30 seconds.
  const tooShort = { getRemainingTimeInMillis: () => 10_000 + 8_000 }
  await expect(lambda({}, tooShort)).rejects.toMatchObject({ name: 'TimeoutError' })
  const { rows } = await emulator.asSuperuser("SELECT to_regclass('before') IS NULL AS gone", 'out_of_time')
  expect(rows).toEqual([{ gone: true }])
})

test('the custom resource deploys on Create and Update, and leaves the data on Delete', async () => {
  const project = await install('cdk')
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const event = (RequestType: CustomResourceEvent['RequestType'], PhysicalResourceId?: string) => ({
    RequestType,
    ...(PhysicalResourceId === undefined ? {} : { PhysicalResourceId }),
    // What the provider framework adds and this handler has no use for.
    StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1',
    RequestId: '3f2',
    LogicalResourceId: 'Migrated',
    ResourceType: 'AWS::CloudFormation::CustomResource',
    ResourceProperties: { ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:provider', version: '1' },
  })
  const { PhysicalResourceId, Data } = await customResource(event('Create'))
  expect(Data).toMatchObject({ Migrations: 2 })
  await project.write({ 'prisma/migrations/0003_third/migration.sql': 'CREATE TABLE third ();' })
  expect(await customResource(event('Update', PhysicalResourceId))).toMatchObject({
    PhysicalResourceId,
    Data: { Migrations: 1 },
  })
  expect(await customResource(event('Delete', PhysicalResourceId))).toMatchObject({ PhysicalResourceId })
  expect((await emulator.asSuperuser("SELECT to_regclass('third') AS third", 'cdk')).rows).toEqual([{ third: 'third' }])
  await project.write({ 'prisma/migrations/0004_bad/migration.sql': 'SELECT 1/0;' })
  await expect(customResource(event('Update', PhysicalResourceId))).rejects.toThrow('0004_bad is not applied')
})

test('the ECS task ends with 0 and its result, and on SIGTERM with 143, the migration rolled back', async () => {
  const project = await install('ecs')
  await project.write({ 'task.mjs': await readFile('examples/ecs/task.mjs', 'utf8') })
  const start = () => {
    const child = spawn(process.execPath, [join(project.directory, 'task.mjs')], {
      cwd: project.directory,
      env: project.env,
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    return { child, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) }
  }
  const done = await start().ended
  expect(done).toMatchObject({ code: 0 })
  expect(JSON.parse(done.stdout)).toMatchObject({ migrations: ['0001_first', '0002_second'] })
  await project.write(slow)
  const { child, ended } = start()
  const sleeping =
    "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()"
  while ((await emulator.asSuperuser(sleeping, 'ecs')).rowCount === 0) await sleep(50)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 143, stderr: expect.stringContaining('stopped by SIGTERM') })
  const { rows } = await emulator.asSuperuser("SELECT to_regclass('before') IS NULL AS gone", 'ecs')
  expect(rows).toEqual([{ gone: true }])
})
