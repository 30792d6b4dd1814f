import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Signer } from '@aws-sdk/rds-signer'
import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import type { Shell } from '../../src/cli/command.ts'
import { emulatorCommand } from '../../src/cli/commands/emulator.ts'

/** Starts the command as the program would; `lines` is its stdout so far. */
function start(...args: string[]) {
  let parent = 100
  const controller = new AbortController()
  const lines: string[] = []
  const story: string[] = []
  const write = (line: string) => void story.push(line)
  const print = {
    result: (line: string) => void lines.push(line),
    story: write,
    done: write,
    failure: write,
    live: () => {},
    rest: () => {},
    width: 100,
  }
  const shell: Shell = { print, env: {}, cwd: '/', signal: controller.signal, begin: () => {}, exit: () => {} }
  const command = emulatorCommand(shell, () => parent)
    .exitOverride()
    .configureOutput({ writeErr: write })
  const ended = command.parseAsync(args, { from: 'user' })
  ended.catch(() => {})
  return { lines, story, ended, stop: () => controller.abort(), orphan: () => (parent = 1) }
}

test('--json prints one object first, of the promised keys and nothing else, and the signal ends it', async () => {
  const run = start('--service', 'rds', '--json', '--region', 'ap-south-1', '--admin-auth', 'password')
  await expect.poll(() => run.lines.length, { timeout: 20_000 }).toBe(1)
  const ready = JSON.parse(run.lines[0] ?? '') as Record<string, unknown>
  expect(Object.keys(ready)).toEqual(
    'ready service host port signHost signPort region database admin adminPassword caFile accessKeyId secretAccessKey arn'.split(
      ' ',
    ),
  )
  expect(ready).toMatchObject({ ready: true, service: 'rds', region: 'ap-south-1' })
  run.stop()
  await run.ended
  expect(existsSync(String(ready.caFile))).toBe(false)
})

test('it ends when the process that started it is gone', async () => {
  const run = start('--service', 'rds', '--json')
  await expect.poll(() => run.lines.length, { timeout: 20_000 }).toBe(1)
  run.orphan()
  await run.ended
})

test("the URL that it prints is psql's as it stands", async () => {
  const run = start('--service', 'rds', '--database', 'my shop', '--admin', 'the boss')
  await expect.poll(() => run.lines.length, { timeout: 20_000 }).toBeGreaterThan(8)
  const value = (name: string) => new RegExp(`export ${name}='(.*)'`).exec(run.lines.join('\n'))?.[1] ?? ''
  const url = value('DATABASE_URL')
  const credentials = { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') }
  const where = { hostname: new URL(url).hostname, port: 5432, region: value('AWS_REGION'), username: 'the boss' }
  const PGPASSWORD = await new Signer({ ...where, credentials }).getAuthToken()
  const psql = spawn('psql', ['-XAt', '-c', 'SELECT current_user, current_database()', url], {
    env: { PATH: process.env.PATH, PGPASSWORD },
  })
  let output = ''
  psql.stdout.on('data', (chunk) => (output += chunk))
  psql.stderr.on('data', (chunk) => (output += chunk))
  await once(psql, 'close')
  run.stop()
  await run.ended
  expect(output.trim()).toBe('the boss|my shop')
})

test.each([
  [['--service', 'mysql'], /Allowed choices are rds, dsql/],
  [[], /required option '--service/],
  [['--service', 'rds', '--port', '65536'], /0 to 65535/],
  [['--service', 'rds', '--admin-auth', 'magic'], /Allowed choices are iam, password/],
  [['--service', 'rds', '--prot', '1'], /unknown option '--prot'/],
])('%j is refused before anything starts', async (args, message) => {
  const run = start(...args)
  await expect(run.ended).rejects.toBeInstanceOf(CommanderError)
  expect(run.story.join('')).toMatch(message)
})

test.each([
  [['--service', 'dsql', '--database', 'shop'], /database is always postgres/],
  [['--service', 'rds', '--sign-host', 'db.internal'], /does not tell its AWS region/],
  [['--service', 'rds', '--sign-host', 'a.dsql.us-east-1.on.aws'], /is one of dsql, not of rds/],
  [['--service', 'rds', '--host', '192.0.2.1'], /no listening on 192\.0\.2\.1:0: EADDRNOTAVAIL/],
  [['--service', 'rds', '--upstream', 'mysql://u:canary@h/d'], /not a PostgreSQL URL/],
])('%j is an error that says what to do', async (args, message) => {
  await expect(start(...args).ended).rejects.toThrow(message)
  await expect(start(...args).ended).rejects.toThrow('Hint:')
})
