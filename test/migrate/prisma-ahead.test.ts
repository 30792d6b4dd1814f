import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EngineLogin } from '../../src/engine/login.ts'
import { prismaAhead } from '../../src/migrate/prisma-ahead.ts'

const login: EngineLogin = {
  login: {
    dial: { host: 'h', port: 5432 },
    verify: { host: 'h', port: 5432 },
    user: 'postgres',
    database: 'd',
    password: 'secret',
    tls: 'off',
    searchPathBy: 'startup',
  },
  capabilities: { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
}

/** A CLI that asks for a login as the engine does, and says what it got. */
const asking = `
const socket = require('node:net').connect(process.env.PRISMA_IAM_ENGINE_SOCKET)
console.log('asks')
socket.write('{"ask":"login"}\\n', () => require('node:fs').writeFileSync('up', ''))
socket.once('data', (text) => { console.log('in as ' + JSON.parse(text).login.login.user); process.exit(7) })
socket.once('close', () => process.exit(8))`

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-ahead-'))
  mkdirSync(join(directory, 'node_modules/prisma'), { recursive: true })
  writeFileSync(
    join(directory, 'node_modules/prisma/package.json'),
    JSON.stringify({ version: '7.10.1', bin: { prisma: 'cli.js' } }),
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

function prepared(script: string) {
  writeFileSync(join(directory, 'node_modules/prisma/cli.js'), script)
  const up = join(directory, 'up')
  rmSync(up, { force: true })
  const lines: string[] = []
  const prisma = prismaAhead({
    project: { cwd: directory, directory, configFile: undefined },
    args: ['migrate', 'deploy'],
    env: {},
    url: 'postgresql://postgres@h:5432/d',
    output: (line) => lines.push(line),
  })
  return { prisma, lines, isUp: () => expect.poll(() => existsSync(up), { timeout: 10_000 }).toBe(true) }
}

const failing = "console.log('no schema'); require('node:fs').writeFileSync('up', ''); process.exit(1)"

test('started ahead, the CLI gets no login and is not heard before its turn', async () => {
  const { prisma, lines, isUp } = prepared(asking)
  prisma.start()
  await isUp()
  expect(lines).toEqual([])
  expect(await prisma.turn(async () => login)).toBe(7)
  expect(lines).toEqual(['asks', 'in as postgres'])
  await prisma.end()
})

test('without a start it runs at its turn', async () => {
  const { prisma, lines } = prepared(asking)
  expect(await prisma.turn(async () => login)).toBe(7)
  expect(lines).toEqual(['asks', 'in as postgres'])
})

test.each([
  ['waits', asking],
  ['has failed by itself', failing],
])('one whose turn never comes is ended and never heard, when it %s', async (_how, script) => {
  const { prisma, lines, isUp } = prepared(script)
  prisma.start()
  await isUp()
  await prisma.end()
  expect(lines).toEqual([])
})

test('a failure of its own is told at its turn', async () => {
  const { prisma, lines, isUp } = prepared(failing)
  prisma.start()
  await isUp()
  expect(await prisma.turn(async () => login)).toBe(1)
  expect(lines).toEqual(['no schema'])
})
