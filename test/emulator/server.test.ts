import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { connectAs, rdsToken } from './clients.ts'

const jiti = join(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib', 'jiti-cli.mjs')
const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

// Every process and file of an emulator has the path of its temporary directory in it.
let own: string
let child: ChildProcess | undefined
beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), 'lifetime-'))
  chmodSync(own, 0o755)
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(own, { recursive: true, force: true })
})

test.each(['rds', 'dsql'] as const)(
  'the %s emulator killed by SIGKILL takes its server and directory along',
  async (service) => {
    const { ready } = run([], '--service', service, '--json')
    await ready
    expect(processes()).not.toEqual([])
    child?.kill('SIGKILL')
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([])
  },
)

test('so does one that is killed while it starts, whenever that is', async () => {
  for (const afterMs of [0, 150, 400]) {
    run([], '--service', 'rds', '--json')
    // Counted from the first sign of life, since loading the program takes the longest.
    await expect.poll(() => readdirSync(own).length, { interval: 5, timeout: 20_000 }).toBe(1)
    await sleep(afterMs)
    child?.kill('SIGKILL')
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([])
  }
}, 60_000)

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it cleanly, with clients connected', async (signal) => {
  const { ready, output } = run([], '--service', 'rds', '--json', '--database', 'shop')
  const emulator = JSON.parse(await ready) as Emulator & { ready: boolean }
  expect(emulator).toMatchObject({ ready: true, service: 'rds', database: 'shop', admin: 'postgres', signPort: 5432 })
  const ca = readFileSync(emulator.caFile, 'utf8')
  const client = await connectAs({ ...emulator, ca }, { password: await rdsToken(emulator) })
  const exit = once(child as ChildProcess, 'exit')
  child?.kill(signal)
  const [code] = await exit
  expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
  expect(leftovers()).toEqual([])
  expect(output()).toBe('')
  await client.end().catch(() => {})
})

test('it ends when the process that started it is killed', async () => {
  const { ready } = run(['/bin/sh', '-c', '"$@" & wait', 'sh'], '--service', 'rds', '--json')
  await ready
  child?.kill('SIGKILL')
  await expect.poll(leftovers, { timeout: 10_000 }).toEqual([])
})

test('stop() ends a query that runs and a client that dawdles, and can be called twice', async () => {
  const emulator = await startEmulator({ service: 'rds' })
  const client = await connectAs(emulator, { password: await rdsToken(emulator) })
  const running = client.query('SELECT pg_sleep(60)').catch((error: Error) => error.message)
  await sleep(50)
  const started = performance.now()
  await Promise.all([emulator.stop(), emulator.stop()])
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(await running).toMatch(/terminat|ECONNRESET/)
})

test('a port that is taken is an error, and nothing stays behind', async () => {
  const emulator = await startEmulator({ service: 'rds' })
  process.env.TMPDIR = own
  try {
    await expect(startEmulator({ service: 'rds', port: emulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(leftovers()).toEqual([])
  } finally {
    delete process.env.TMPDIR
    await emulator.stop()
  }
})

/** Runs the command from its source, by way of another program or directly; answers its first line and its stderr. */
function run(by: string[], ...args: string[]): { ready: Promise<string>; output: () => string } {
  const [program = '', ...rest] = [...by, process.execPath, jiti, bin, 'emulator', ...args]
  child = spawn(program, rest, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: own },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const ready = Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => Promise.reject(new Error(`the emulator ended: ${stderr}`))),
  ])
  ready.catch(() => {})
  return { ready, output: () => stderr }
}

function processes(): string[] {
  const list = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
  return list.filter((line) => line.includes(own))
}

function leftovers(): string[] {
  return [...processes(), ...readdirSync(own)]
}
