import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { iamPool } from '../../src/connect/pool.ts'
import { auditRoles, reportRoles, revokeRole } from '../../src/migrate/roles-library.ts'
import { config, type Project, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { runHere } from './in-process.ts'

const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`
/** Whom the emulator takes a token's keys for. */
const own = 'arn:aws:iam::123456789012:user/emulator'
const declared = ({ admin, accessKeyId, secretAccessKey }: TestEmulator) => `{
  admin: { user: '${admin}' },
  credentials: ${JSON.stringify({ accessKeyId, secretAccessKey })},
  roles: { clerk: { iam: ['${own}', '${arn('clerk')}'], grants: [{ schema: 'shop', tables: '*', privileges: 'readwrite' }] } },
}`
const shop = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop."Order" (id int PRIMARY KEY)',
  'CREATE TABLE shop._prisma_migrations (id int PRIMARY KEY)',
]

describe.each(['rds', 'dsql'] as const)('on %s', (service) => {
  let emulator: TestEmulator
  let project: Project
  const run = (args: readonly string[]) => runHere(project, args)

  beforeAll(async () => {
    emulator = await testEmulator({ service })
    for (const sql of shop) await emulator.asSuperuser(`SET ROLE ${emulator.admin}; ${sql}`)
    project = await testProject(emulator.env)
    await project.write(config(declared(emulator)))
  })
  afterAll(async () => {
    await project.remove()
    await emulator.stop()
  })

  test('plan --check and audit end with 3 before roles are applied, and with 0 afterwards', async () => {
    if (service === 'rds') await emulator.asSuperuser('DROP ROLE app')
    expect(await run(['roles', 'plan', '--check'])).toMatchObject({ code: 3 })
    const found = await run(['roles', 'audit'])
    expect(found).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/to do: create login role clerk[\s\S]*findings: /),
    })
    expect(await run(['roles', 'apply'])).toMatchObject({ code: 0 })
    expect(await run(['roles', 'plan', '--check'])).toMatchObject({ code: 0 })
    expect(await run(['roles', 'audit'])).toMatchObject({ code: 0, stdout: 'nothing found\n' })
    const none = await run(['roles', 'audit', '--json'])
    expect(none.code).toBe(0)
    expect(JSON.parse(none.stdout)).toMatchObject({ findings: [] })
  })

  test('audit tells each finding with the statement that mends it', async () => {
    await emulator.asSuperuser(
      `SET ROLE ${emulator.admin}; CREATE ROLE ghost LOGIN; GRANT SELECT ON shop._prisma_migrations TO clerk`,
    )
    const found = await run(['roles', 'audit'])
    expect(found).toMatchObject({ code: 3 })
    expect(found.stdout).toBe(`medium  ghost may log in, and nobody declared it
        ALTER ROLE "ghost" NOLOGIN;
low     clerk holds SELECT on table _prisma_migrations in shop, which is not declared
        REVOKE SELECT ON TABLE "shop"."_prisma_migrations" FROM "clerk";
2 findings: 1 medium, 1 low
`)
    const json = await run(['roles', 'audit', '--json'])
    expect(JSON.parse(json.stdout).findings).toMatchObject([{ kind: 'undeclared-login' }, { kind: 'extra' }])
    const pruned = await run(['roles', 'apply', '--prune'])
    expect(pruned).toMatchObject({ code: 0, stdout: expect.stringContaining('_prisma_migrations') })
  })

  test('report shows a matrix, one role, JSON, and writes a page; a folder is refused before anybody logs in', async () => {
    const matrix = await run(['roles', 'report'])
    expect(matrix).toMatchObject({ code: 0, stdout: expect.stringMatching(/table Order +· +SIUD/) })
    expect((await run(['roles', 'report', 'clerk'])).stdout).toMatch(
      /^clerk: declared[\s\S]*SELECT, INSERT, UPDATE, DELETE\n/,
    )
    const json = await run(['roles', 'report', '--json', '--html', 'roles.html'])
    expect(JSON.parse(json.stdout)).toMatchObject({ database: emulator.database, roles: [{ name: 'clerk' }, {}, {}] })
    expect(json.stderr).toContain('roles.html')
    const page = await readFile(join(project.directory, 'roles.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>[\s\S]*<code>clerk<\/code>[\s\S]*<\/html>\n$/)
    expect(page).toContain(emulator.signHost)
    emulator.forget()
    expect(await run(['roles', 'report', '--html', 'prisma'])).toMatchObject({ code: 2, stdout: '' })
    expect(emulator.logins()).toEqual([])
    expect(await run(['roles', 'report', 'clrek'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('revoke closes the door at once, tells what is still open, and can be repeated', async () => {
    const enter = async () => {
      const pool = iamPool({ ...emulator.options, user: 'clerk', pool: { max: 1 } })
      try {
        await pool.query('SELECT 1')
      } finally {
        await pool.end()
      }
    }
    const pool = iamPool({ ...emulator.options, user: 'clerk', pool: { max: 1 } })
    pool.on('error', () => {})
    await pool.query('SELECT 1')
    const once = await run(['roles', 'revoke', 'clerk', ...(service === 'dsql' ? ['--arn', own] : [])])
    expect(once).toMatchObject({ code: 0, stderr: expect.stringContaining('clerk is declared') })
    await expect(enter()).rejects.toThrow()
    if (service === 'rds') {
      expect(once.stdout).toMatch(
        /keep role clerk from[\s\S]*1 session still open:\n {2}pid \d+, since .*\n--terminate ends/,
      )
      const again = await run(['roles', 'revoke', 'clerk', '--terminate', '--json'])
      expect(again.code).toBe(0)
      expect(JSON.parse(again.stdout)).toMatchObject({ statements: [], sessions: { ended: [{}], open: [] } })
      expect(await run(['roles', 'revoke', 'clerk', '--arn', own])).toMatchObject({ code: 2, stdout: '' })
    } else {
      expect(once.stdout).toMatch(
        /keep arn:aws:iam::123456789012:user\/emulator from.*\na session that is still open.*60 minutes/,
      )
      expect(once.stderr).toContain(`still mapped to clerk: ${arn('clerk')}`)
      const rest = await run(['roles', 'revoke', 'clerk', '--grants', '--terminate'])
      expect(rest).toMatchObject({ code: 1, stderr: expect.stringContaining('ends no sessions on demand') })
      expect(rest.stdout).toMatch(
        /role\/clerk from logging in as clerk\n[\s\S]*revoke everything on table Order in shop/,
      )
      await expect(pool.query('SELECT FROM shop."Order"')).rejects.toMatchObject({ code: '42501' })
      const wrong = await run(['roles', 'revoke', 'clerk', '--arn', 'clerk'])
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('not the ARN of an IAM role or user') })
    }
    expect((await run(['roles', 'revoke', 'clerk'])).stdout).toContain('nothing to do: no login was possible\n')
    await pool.end()
  })

  test('the same commands are functions, which give what --json prints and heed a signal', async () => {
    const request = { cwd: project.directory, env: project.env }
    expect(await auditRoles(request)).toEqual(JSON.parse((await run(['roles', 'audit', '--json'])).stdout))
    expect((await reportRoles(request)).roles).toContainEqual(
      expect.objectContaining({ name: 'clerk', declared: true }),
    )
    await expect(revokeRole({ ...request, role: 'clrek' })).rejects.toMatchObject({ code: 'PRISMA_IAM_ROLES_UNKNOWN' })
    const reason = new Error('enough')
    await expect(auditRoles({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('revoke of a role that is not there, or of the admin, ends with 2', async () => {
    const unknown = await run(['roles', 'revoke', 'clrek'])
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(did you mean `clerk`?)') })
    expect(await run(['roles', 'revoke', emulator.admin])).toMatchObject({ code: 2, stdout: '' })
    expect(await run(['roles', 'revoke'])).toMatchObject({ code: 2, stdout: '' })
  })
})
