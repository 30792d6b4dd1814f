import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prismaCommand, runPrisma } from '../../src/migrate/prisma-cli.ts'

let directory: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'prisma-iam-cli-')))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** A CLI that does what the script says. */
function install(version: string, script = ''): void {
  const folder = join(directory, 'node_modules/prisma')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version, bin: { prisma: 'cli.js' } }))
  writeFileSync(join(folder, 'cli.js'), script)
}

function run(script: string, env: Record<string, string> = {}, signal?: AbortSignal) {
  install('7.10.1', script)
  const lines: string[] = []
  const project = { cwd: directory, directory, configFile: join(directory, 'prisma.config.ts') }
  const ended = runPrisma({
    project,
    args: ['migrate', 'status'],
    env,
    url: 'postgresql://shown@h:5432/d',
    login: () => Promise.reject(new Error('nobody asks')),
    output: (line) => lines.push(line),
    signal,
  })
  return { ended, lines }
}

test('a project without Prisma, or with another major, is told what to install', () => {
  expect(() => prismaCommand(directory)).toThrow(/has no Prisma CLI[\s\S]*npm install --save-dev prisma@7/)
  install('6.19.0')
  expect(() => prismaCommand(directory)).toThrow(/has Prisma 6\.19\.0[\s\S]*prisma@7/)
  install('7.99.0')
  expect(prismaCommand(directory)).toBe(join(directory, 'node_modules/prisma/cli.js'))
})

test('the CLI runs where the caller is, with the config by name and whole lines back', async () => {
  const { ended, lines } = run(
    'process.stdout.write("a"); process.stdout.write("b\\n"); console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)])); process.stderr.write("no end"); process.exitCode = 7',
  )
  expect(await ended).toBe(7)
  expect(lines).toContain('ab')
  expect(lines).toContain('no end')
  expect(lines).toContain(
    JSON.stringify([directory, 'migrate', 'status', '--config', join(directory, 'prisma.config.ts')]),
  )
})

test("the caller's DATABASE_URL stays, where there is none the shown one stands in", async () => {
  const script = 'console.log(process.env.DATABASE_URL)'
  const given = run(script, { DATABASE_URL: 'postgresql://given@h/d' })
  await given.ended
  const none = run(script, { DATABASE_URL: '' })
  await none.ended
  expect([...given.lines, ...none.lines]).toEqual(['postgresql://given@h/d', 'postgresql://shown@h:5432/d'])
})

test("the config's text is not left in the temporary folder by Prisma's loader", async () => {
  const { ended, lines } = run('console.log(process.env.JITI_FS_CACHE)')
  await ended
  expect(lines).toEqual(['false'])
})

test('a CLI that is killed ends as a shell counts; the signal stops one that runs', async () => {
  expect(await run('process.kill(process.pid, "SIGKILL")').ended).toBe(137)
  const controller = new AbortController()
  const { ended, lines } = run('console.log("up"); setInterval(() => {}, 1000)', {}, controller.signal)
  await expect.poll(() => lines).toEqual(['up'])
  controller.abort()
  expect(await ended).toBe(143)
})
