import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { testSecretsManager } from '../support/secrets-manager.ts'
import { type Process, processesWith } from './processes.ts'
import { config, envOf, type Running, testProject } from './project.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

const secretAccessKey = 'canary/of/the/secret/key/that/nobody/must/see'
const arn = 'arn:aws:iam::123456789012:role/deployer'
const sessionToken = 'canary-of-the-session'
const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1a2b-Ab12Cd'
const allow = [{ action: 'rds-db:connect' as const, user: 'postgres' }]

let iam: TestEmulator
let master: TestEmulator

beforeAll(async () => {
  const identities = [{ accessKeyId: 'AKIACANARY0000000001', secretAccessKey, sessionToken, arn, allow }]
  ;[iam, master] = await Promise.all([
    testEmulator({ service: 'rds', identities }),
    testEmulator({ service: 'rds', adminAuth: 'password' }),
  ])
})
afterAll(() => Promise.all([iam.stop(), master.stop()]))

const mark = () => `MARK=${Math.random()}`

/** Follows a run to its end: every process of it, and every file in its temporary folder, seen many times. */
async function follow(running: Running, marked: string, temporary: string) {
  const seen = new Map<number, Process>()
  const files = new Set<string>()
  let over = false
  void running.ended.then(() => {
    over = true
  })
  while (!over) {
    for (const process of processesWith(marked)) seen.set(process.pid, process)
    for (const text of textsBelow(temporary)) files.add(text)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { run: await running.ended, processes: [...seen.values()], files: [...files] }
}

function textsBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  } catch {
    return []
  }
}

test('a login that fails tells nothing of the keys, the token, or the secret that was tried', async () => {
  const aws = await testSecretsManager({ [secretArn]: '{"username":"postgres","password":"canary-of-the-secret"}' })
  const env = { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: 'canary-of-another', DEBUG: '*' }
  const project = await testProject({ ...envOf(iam, 'refused'), ...env, ...aws.env })
  try {
    for (const admin of ["{ user: 'postgres' }", `{ secretArn: '${secretArn}' }`]) {
      await project.write(config(`{ admin: ${admin} }`))
      for (const flags of [
        ['migrate', '--json'],
        ['migrate', 'status'],
        ['migrate', '--dry-run'],
      ]) {
        const run = await project.run(flags)
        expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/could not log in|P1000|authentication/i) })
        expect(`${run.stdout}${run.stderr}`).not.toMatch(/canary|X-Amz-Signature/i)
      }
    }
  } finally {
    await Promise.all([project.remove(), aws.stop()])
  }
})

/** A token is a presigned request; its signature alone would tell one. */
const tokenish = /X-Amz-Signature|X-Amz-Credential/i

describe.runIf(process.platform === 'linux')('nothing secret leaves the process that holds it', () => {
  test('in a deploy by tokens: children have the environment of their parent, and no token', async () => {
    const marked = mark()
    const temporary = await mkdtemp(join(tmpdir(), 'prisma-iam-secrets-'))
    const project = await testProject({
      ...envOf(iam, 'secrets'),
      AWS_SESSION_TOKEN: sessionToken,
      MARK: marked.slice(5),
      TMPDIR: temporary,
      DEBUG: '*',
    })
    try {
      const { run, processes, files } = await follow(project.start(['migrate']), marked, temporary)
      expect(run).toMatchObject({ code: 0 })
      expect(processes.some(({ argv }) => argv.includes('engine/bin.mjs'))).toBe(true)
      const told = [run.stdout, run.stderr, ...processes.map(({ argv }) => argv), ...files].join('\n')
      expect(told).not.toContain('canary')
      expect(told).not.toMatch(tokenish)
      const environments = processes.map(({ environment }) => environment)
      expect(environments.join('\n')).not.toMatch(tokenish)
      // The parent's own two variables, and no third place.
      for (const text of environments) expect(text.split('canary')).toHaveLength(3)
    } finally {
      await project.remove()
      await rm(temporary, { recursive: true })
    }
  })

  test.each(['a function of the config', 'Secrets Manager'])(
    'in a deploy by the master password, which %s fetches',
    async (from) => {
      const marked = mark()
      const temporary = await mkdtemp(join(tmpdir(), 'prisma-iam-secrets-'))
      const password = master.adminPassword ?? ''
      const aws = await testSecretsManager({ [secretArn]: JSON.stringify({ username: 'postgres', password }) })
      const project = await testProject({
        ...envOf(master, from === 'Secrets Manager' ? 'kept' : 'fetched'),
        ...aws.env,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        MARK: marked.slice(5),
        TMPDIR: temporary,
        DEBUG: '*',
      })
      try {
        const reversed = JSON.stringify([...password].reverse().join(''))
        const admin = {
          'a function of the config': `{ user: 'postgres', password: async () => [...${reversed}].reverse().join('') }`,
          'Secrets Manager': `{ secretArn: '${secretArn}' }`,
        }[from]
        await project.write(config(`{ admin: ${admin} }`))
        const { run, processes, files } = await follow(project.start(['migrate', '--json']), marked, temporary)
        expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('0002_second') })
        expect(aws.asked().times > 0).toBe(from === 'Secrets Manager')
        const told = [run.stdout, run.stderr, ...files, ...processes.map(({ argv }) => argv)].join('\n')
        expect(told).not.toContain('canary')
        const environments = processes.map(({ environment }) => environment)
        expect([told, ...environments].join('\n')).not.toContain(password)
        // The parent's own two variables, and no third place.
        for (const text of environments) expect(text.split('canary')).toHaveLength(3)
      } finally {
        await Promise.all([project.remove(), aws.stop(), rm(temporary, { recursive: true })])
      }
    },
  )

  test('in plain `npx prisma migrate deploy` and `status`, which are passwordless by iamDatasource', async () => {
    const marked = mark()
    const temporary = await mkdtemp(join(tmpdir(), 'prisma-iam-secrets-'))
    const project = await testProject({
      ...envOf(iam, 'plain'),
      AWS_SESSION_TOKEN: sessionToken,
      MARK: marked.slice(5),
      TMPDIR: temporary,
    })
    try {
      for (const [verb, word] of [
        ['deploy', 'successfully applied'],
        ['status', 'up to date'],
      ] as const) {
        const { run, processes, files } = await follow(project.startPrisma(['migrate', verb]), marked, temporary)
        expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(word) })
        expect(processes.some(({ argv }) => argv.includes('engine/bin.mjs'))).toBe(true)
        const told = [run.stdout, run.stderr, ...processes.map(({ argv }) => argv), ...files].join('\n')
        expect(told).not.toContain('canary')
        expect(`${told}${processes.map(({ environment }) => environment).join('\n')}`).not.toMatch(tokenish)
      }
      expect(readdirSync(temporary).filter((name) => name.startsWith('prisma-iam'))).toEqual([])
    } finally {
      await project.remove()
      await rm(temporary, { recursive: true })
    }
  })
})
