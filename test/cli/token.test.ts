import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { config, type Project, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
let project: Project

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
  project = await testProject(emulator.env)
})
afterAll(async () => {
  await project.remove()
  await emulator.stop()
})

/** Debian's psql, by the name in the certificate. */
async function whoami(user: string, password: string): Promise<string> {
  const { signHost, host, port, database, caFile } = emulator
  const where = `host=${signHost} hostaddr=${host} port=${port} dbname=${database} user=${user}`
  const { stdout } = await promisify(execFile)(
    'psql',
    ['-XAtc', 'SELECT current_user', `${where} sslmode=verify-full sslrootcert=${caFile}`],
    { env: { PATH: process.env.PATH, PGPASSWORD: password }, timeout: 10_000 },
  )
  return stdout.trim()
}

test.each([
  [[], 'app'],
  [['--as', 'admin'], 'postgres'],
  [['--as', 'postgres'], 'postgres'],
])('token %j prints the bare password of %s, which psql logs in by', async (flags, user) => {
  const run = await project.run(['token', ...flags])
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining(`token for ${user} at ${emulator.signHost}`) })
  expect(run.stdout).toMatch(/^\S+\n$/)
  expect(run.stderr).not.toContain('X-Amz')
  expect(await whoami(user, run.stdout.trim())).toBe(user)
})

test('where the login is by password there is no token, and the password is not told', async () => {
  await project.write({
    'password.config.ts': config("{ admin: { user: 'postgres', password: 'canary' } }")['prisma.config.ts'] ?? '',
  })
  const run = await project.run(['token', '--as', 'admin', '--config', 'password.config.ts'])
  expect(run).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/postgres logs in .* by password, so there is no token/),
  })
  expect(run.stderr).not.toContain('canary')
})

test('without credentials it says so and prints nothing', async () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' }
  const run = await project.run(['token'], none)
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('PRISMA_IAM_TOKEN_CREDENTIALS') })
})
