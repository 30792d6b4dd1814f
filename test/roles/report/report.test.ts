import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyRoles } from '../../../src/roles/apply.ts'
import type { RoleManifest } from '../../../src/roles/manifest.ts'
import { planRoles } from '../../../src/roles/plan.ts'
import { reportPage } from '../../../src/roles/report/page/page.ts'
import { type RolesReport, reportRoles } from '../../../src/roles/report/report.ts'
import { reportText, roleText } from '../../../src/roles/report/text.ts'
import { assertWritable, writeWhole } from '../../../src/roles/report/write.ts'
import { arn, rds, type TestRds, testRds } from '../rds.ts'

let server: TestRds
let report: RolesReport

const services = Array.from({ length: 24 }, (_, n) => `service_${n + 1}`)
const manifest: RoleManifest = {
  app: { iam: [arn], connectionLimit: 20, grants: [{ schema: 'shop', tables: '*', privileges: 'readwrite' }] },
  readers: { login: false, grants: [{ schema: 'shop', tables: '*', privileges: 'readonly' }] },
  support: {
    memberOf: ['readers'],
    grants: [{ schema: 'shop', tables: ['item_1'], columns: ['note'], privileges: ['UPDATE'] }],
  },
  ...Object.fromEntries(
    services.map((name, n) => [
      name,
      { grants: [{ schema: 'shop', tables: [`item_${(n % 8) + 1}`], privileges: 'readwrite' as const }] },
    ]),
  ),
}
const evil = '<script>alert("1")</script>'

beforeAll(async () => {
  server = await testRds()
  const { master, superuser } = server
  await master.query(`
    CREATE SCHEMA shop; CREATE SCHEMA closed;
    CREATE TABLE closed.trail (id int); GRANT SELECT ON closed.trail TO PUBLIC;
    CREATE TABLE shop._prisma_migrations (id text); CREATE TABLE shop.${JSON.stringify(evil).replaceAll('\\"', '""')} (id int);
    DO $$ BEGIN FOR n IN 1..200 LOOP EXECUTE format('CREATE TABLE shop.item_%s (id int, note text)', n); END LOOP; END $$`)
  await applyRoles(master, await planRoles(master, manifest, rds), rds)
  await superuser.query(`CREATE ROLE "</code>&\u001b[31m\u202e" LOGIN; GRANT pg_monitor TO master`)
  await server.postgres.connect({ user: 'app' })
  report = await reportRoles(master, manifest, { ...rds, showsSessions: true }, { now: new Date(0) })
})
afterAll(() => server.postgres.stop())

const rows = (kind: string) => report.objects.filter((row) => row.kind === kind && row.schema === 'shop')

test('objects with which everybody may do the same are one row, in an order that people expect', () => {
  const tables = rows('table')
  expect(tables).toHaveLength(10)
  expect(tables.map(({ names }) => names.length)).toContain(193)
  const names = tables.find((row) => row.names.length === 193)?.names ?? []
  expect(names.indexOf('item_10')).toBeLessThan(names.indexOf('item_100'))
  expect(tables.find((row) => row.names.includes('_prisma_migrations'))?.access.map(({ role }) => role)).toEqual([
    'master',
  ])
})

test('a role has its login, identities, limit, groups and open sessions; the declared come first, the admin last', () => {
  expect(report.roles.find(({ name }) => name === 'app')).toEqual({
    name: 'app',
    declared: true,
    admin: false,
    login: true,
    arns: [arn],
    attributes: [],
    memberOf: ['rds_iam'],
    connectionLimit: 20,
    openSessions: 1,
  })
  expect(report.roles[0]?.name).toBe('app')
  expect(report.roles.at(-1)).toMatchObject({
    name: 'master',
    admin: true,
    attributes: ['createRole', 'createDatabase'],
  })
  expect(report.findings.map(({ kind }) => kind)).toEqual(['undeclared-login', 'public'])
})

describe('on a terminal', () => {
  test('thirty roles and two hundred tables stay readable: no line is wider than the terminal', () => {
    const lines = reportText(report, 100)
    const matrix = lines.slice(lines.indexOf(''))
    expect(matrix.filter((line) => line.length > 100)).toEqual([])
    // A few pages of columns, each with the rows that say something there.
    expect(matrix.length).toBeLessThan(90)
  })

  test('each cell tells what is held and how it comes', () => {
    const text = reportText(report, 2000).join('\n')
    expect(text).toMatch(/^ +everybody +app +readers +service_1 \+2 .* support /m)
    expect(text).toMatch(/^ {2}table item_1 +· +SIUD +S--- +SIUD +· .* S-u-\* /m)
    expect(text).toMatch(/^ {2}table trail +\(S---°\) +\(S---°\)/m)
    expect(text).toMatch(/^service_1 \+2: service_1, service_9, service_17$/m)
    expect(text).toMatch(/2 findings: 2 medium; `prisma-iam roles audit` tells them$/)
  })

  test('one role is told with the way of each privilege', () => {
    expect(roleText(report, 'support', 60)).toEqual([
      'support: declared, may log in, member of readers',
      '  database postgres',
      '    CONNECT, TEMPORARY like everybody',
      'schema closed',
      '  table trail',
      '    SELECT like everybody',
      '    (idle: no USAGE on the schema)',
      'schema public',
      '  the schema itself',
      '    USAGE like everybody',
      'schema shop',
      '  the schema itself',
      '    USAGE',
      '  200 tables "<script>alert(\\"1\\")</script>", item_9, item_…',
      '    SELECT by readers',
      '  table item_1',
      '    SELECT by readers',
      '    UPDATE on column note',
    ])
  })

  test('an unknown role is refused with the nearest', () => {
    expect(() => roleText(report, 'suport', 80)).toThrow('there is no role suport (did you mean `support`?)')
  })

  test('no name can paint it', () => {
    for (const mark of ['\u001b', '\u202e']) expect(reportText(report, 100).join('\n')).not.toContain(mark)
  })
})

describe('as a page', () => {
  const page = () => reportPage(report, 'db.example')

  test('asks nobody for anything, and allows no script and style but its own', () => {
    const text = page()
    expect(text).not.toMatch(/(src|href)="(?!#)|url\(|@import|https?:/)
    expect(text).not.toMatch(/ (style|on\w+)=/)
    const hash = (tag: string) => {
      const [, inside = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text) ?? []
      return createHash('sha256').update(inside).digest('base64')
    }
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1]
    expect(policy).toBe(
      `default-src &#39;none&#39;; style-src &#39;sha256-${hash('style')}&#39;; script-src &#39;sha256-${hash('script')}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
    )
  })

  test('holds every name, inert', () => {
    const text = page()
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text).toContain('<code>&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;</code>')
    expect(text).toContain('<code>&#60;/code&#62;&#38;\\u{1b}[31m\\u{202e}</code>')
    for (const name of ['item_200', 'service_24', arn, 'db.example']) expect(text).toContain(name)
  })

  test('has a header for every column and row, and a name for every region that scrolls', () => {
    const text = page()
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of text.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id)
    expect(text.match(/<tr[ >]/g)?.length).toBe(
      (text.match(/<th scope="row">/g)?.length ?? 0) + (text.match(/<thead>/g)?.length ?? 0),
    )
    for (const [, row = ''] of text.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)) expect(row).not.toContain('undefined')
  })
})

describe('the file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prisma-iam-report-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is written whole, over what was there, and leaves nothing beside it', async () => {
    const file = join(folder, 'roles.html')
    await writeFile(file, 'old')
    await assertWritable(file)
    await writeWhole(file, 'new')
    expect(await readFile(file, 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['roles.html'])
  })

  test('is refused where it is a folder, or would lie in none', async () => {
    await expect(assertWritable(folder)).rejects.toMatchObject({ code: 'PRISMA_IAM_ROLES_REPORT' })
    await expect(assertWritable(join(folder, 'no/roles.html'))).rejects.toThrow('there is no folder')
    await expect(writeWhole(folder, 'text')).rejects.toMatchObject({ code: 'PRISMA_IAM_ROLES_REPORT' })
    expect((await readdir(join(folder, '..'))).filter((name) => name.endsWith('.tmp') && name.startsWith('.'))).toEqual(
      [],
    )
  })
})
