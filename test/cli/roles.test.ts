import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { config, type Project, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { runHere } from './in-process.ts'

const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const declared = ({ admin, accessKeyId, secretAccessKey }: TestEmulator) => `{
  admin: { user: '${admin}' },
  credentials: ${JSON.stringify({ accessKeyId, secretAccessKey })},
  roles: { clerk: { iam: ['${arn('clerk')}'], grants: [{ schema: 'shop', tables: '*', privileges: 'readwrite' }] } },
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
low     clerk holds SELECT on table shop._prisma_migrations, which is not declared
        REVOKE SELECT ON TABLE "shop"."_prisma_migrations" FROM "clerk";
2 findings: 1 medium, 1 low
`)
    const json = await run(['roles', 'audit', '--json'])
    expect(JSON.parse(json.stdout).findings).toMatchObject([{ kind: 'undeclared-login' }, { kind: 'extra' }])
  })
})
