import { describe, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import * as sql from '../../src/roles/catalog-sql.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import type { RoleServer, SqlClient } from '../../src/roles/server.ts'

const dsql: RoleServer = {
  iam: 'aws-iam',
  transactionalDdl: false,
  publicSchemaIsSystem: true,
  defaultPrivilegesUnproven: true,
  catalogsUnproven: true,
}
/** Of the declared schemas; pg_proc and pg_database are not asked. */
const shallow = { functions: false, databases: false, everywhere: false, system: [] }
const reader = 'arn:aws:iam::123456789012:role/reader'
const writer = 'arn:aws:iam::123456789012:role/writer'

const manifest: RoleManifest = {
  app: {
    iam: [reader, writer],
    grants: [
      { schema: 'public', tables: '*', privileges: 'readonly' },
      { schema: 'shop', tables: '*', privileges: 'readonly' },
    ],
  },
}

/** Answers the catalog queries from tables and runs the statements of a deploy; `refuse` may throw instead. */
class FakeDsql implements SqlClient {
  readonly ran: string[] = []
  queries = 0
  readonly #roles = new Set(['admin'])
  readonly #arns = new Map<string, string>()
  readonly #held: object[] = []
  readonly #refuse: (text: string) => void

  constructor(refuse: (text: string) => void = () => {}) {
    this.#refuse = refuse
  }

  async query<Row>(text: string): Promise<{ rows: Row[] }> {
    this.#refuse(text)
    const answer = this.#answers().get(text)
    if (answer === undefined) this.#run(text)
    else this.queries += 1
    return { rows: (answer ?? []) as Row[] }
  }

  #answers(): Map<string, object[]> {
    return new Map<string, object[]>([
      [sql.session, [{ login: 'admin', creator: 'admin', version: 160015, selfGrant: '' }]],
      [sql.roles, [...this.#roles].map((name) => ({ name, login: true, superuser: false, connectionLimit: -1 }))],
      [sql.memberships(160015), []],
      [sql.objects(shallow), objects],
      [sql.held(shallow), this.#held],
      [sql.mappings, [...this.#arns].map(([arn, role]) => ({ arn, role }))],
    ])
  }

  #run(text: string): void {
    this.ran.push(text)
    const created = /^CREATE ROLE "(\w+)" LOGIN$/.exec(text)
    const mapped = /^AWS IAM GRANT "(\w+)" TO '(.+)'$/.exec(text)
    const granted = /^GRANT (\w+) ON (\w+) (.+) TO "(\w+)"$/.exec(text)
    if (created) this.#roles.add(created[1] as string)
    else if (mapped) this.#arns.set(mapped[2] as string, mapped[1] as string)
    else if (granted) {
      const object = objects.find(({ kind, path }) => kind === granted[2]?.toLowerCase() && path === granted[3])
      this.#held.push({
        objects: [object?.id],
        column: null,
        roles: [granted[4]],
        grantors: ['admin'],
        privileges: [granted[1]],
      })
    } else throw new Error(`not expected here: ${text}`)
  }
}

const objects = [
  { id: 'schema:1', kind: 'schema', schema: 'public', name: 'public', path: '"public"' },
  { id: 'schema:2', kind: 'schema', schema: 'shop', name: 'shop', path: '"shop"' },
  { id: 'table:3', kind: 'table', schema: 'public', name: 'Item', path: '"public"."Item"' },
  { id: 'table:4', kind: 'table', schema: 'shop', name: 'Order', path: '"shop"."Order"' },
].map((object) => ({ ...object, owner: 'admin', partOf: null, takes: null, ofExtension: false }))

const conflict = () =>
  Object.assign(new Error('schema has been updated by another transaction (OC001)'), { code: '40001' })
const atOnce = { sleep: async () => {}, random: () => 0 }

describe('on Aurora DSQL', () => {
  test('each statement is sent by itself, schema public is left alone, and a second run has nothing to do', async () => {
    const client = new FakeDsql()
    const applied = await applyRoles(client, await planRoles(client, manifest, dsql), dsql)
    expect(client.ran).toEqual([
      'CREATE ROLE "app" LOGIN',
      `AWS IAM GRANT "app" TO '${reader}'`,
      `AWS IAM GRANT "app" TO '${writer}'`,
      'GRANT USAGE ON SCHEMA "shop" TO "app"',
      'GRANT SELECT ON TABLE "public"."Item" TO "app"',
      'GRANT SELECT ON TABLE "shop"."Order" TO "app"',
    ])
    expect(applied.statements.map(({ sql }) => sql)).toEqual(client.ran)
    expect((await planRoles(client, manifest, dsql)).statements).toEqual([])
  })

  test('only the missing ARN is mapped, because mapping one twice is an error', async () => {
    const client = new FakeDsql()
    const once: RoleManifest = { app: { ...manifest.app, iam: [reader] } }
    await applyRoles(client, await planRoles(client, once, dsql), dsql)
    expect((await planRoles(client, manifest, dsql)).statements.map(({ summary }) => summary)).toEqual([
      `let ${writer} log in as app`,
    ])
  })

  test('what lost against another transaction is sent again, reads too', async () => {
    let calls = 0
    const client = new FakeDsql(() => {
      if (++calls % 5 === 0) throw conflict()
    })
    const applied = await applyRoles(client, await planRoles(client, manifest, dsql, atOnce), dsql, atOnce)
    expect(client.ran).toHaveLength(6)
    expect(applied.retries).toBeGreaterThan(0)
  })

  test('after 12 lost attempts the statement is given up, having waited a little longer each time', async () => {
    const waits: number[] = []
    const client = new FakeDsql((text) => {
      if (text.startsWith('AWS')) throw conflict()
    })
    const plan = await planRoles(client, manifest, dsql)
    const patience = { random: () => 0, sleep: async (ms: number) => void waits.push(ms) }
    await expect(applyRoles(client, plan, dsql, patience)).rejects.toMatchObject({
      code: 'PRISMA_IAM_ROLES_APPLY',
      message: expect.stringContaining(`Could not let ${reader} log in as app: schema has been updated`),
    })
    expect(waits).toEqual([150, 300, 450, 600, 750, 900, 1050, 1200, 1350, 1500, 1650])
  })

  test('a refusal is not tried again', async () => {
    const client = new FakeDsql((text) => {
      if (text.startsWith('CREATE')) throw Object.assign(new Error('Role app not supported'), { code: '42501' })
    })
    const plan = await planRoles(client, manifest, dsql)
    await expect(applyRoles(client, plan, dsql, atOnce)).rejects.toThrow('Role app not supported (42501)')
    expect(client.ran).toEqual([])
  })

  test('what somebody else did meanwhile is passed over, whatever the words of the refusal', async () => {
    const client = new FakeDsql()
    const plan = await planRoles(client, manifest, dsql)
    const [create, map] = plan.statements
    await client.query(create?.sql ?? '')
    await client.query(map?.sql ?? '')
    const late = new Proxy(client, {
      get: (target, name) =>
        name === 'query'
          ? async (text: string) => {
              if (target.ran.includes(text)) throw Object.assign(new Error('there is one'), { code: 'XX999' })
              return target.query(text)
            }
          : Reflect.get(target, name),
    })
    const { statements, retries } = await applyRoles(late, plan, dsql, atOnce)
    expect(statements).toEqual(plan.statements.slice(2))
    expect(retries).toBe(1)
  })

  test('who deploys is told what changed roles mean to sessions that are open', async () => {
    const conflicting = { ...dsql, catalogChangesConflict: true }
    const client = new FakeDsql()
    const { notices } = await applyRoles(client, await planRoles(client, manifest, dsql), conflicting)
    expect(notices).toEqual([expect.stringContaining('6 changes of roles are changes of the catalog')])
    expect((await applyRoles(client, await planRoles(client, manifest, dsql), conflicting)).notices).toEqual([])
  })

  test('a run that failed half-way is continued by the next', async () => {
    let broken = true
    const client = new FakeDsql((text) => {
      if (broken && text.includes(writer)) throw new Error('Connection terminated unexpectedly')
    })
    const plan = await planRoles(client, manifest, dsql)
    await expect(applyRoles(client, plan, dsql)).rejects.toThrow('Connection terminated unexpectedly')
    broken = false
    const rest = await applyRoles(client, await planRoles(client, manifest, dsql), dsql)
    expect(rest.statements).toHaveLength(4)
    expect(client.ran).toHaveLength(6)
  })

  test.each([{ tables: '*', privileges: ['SELECT', 'CREATE'] }, { privileges: 'none' }] as const)(
    'a grant that would touch schema public is refused before anything is sent: %j',
    async (grant) => {
      const client = new FakeDsql()
      const onPublic: RoleManifest = { app: { grants: [{ schema: 'public', ...grant }] } }
      await expect(planRoles(client, onPublic, dsql)).rejects.toThrow('lets nobody grant or revoke on schema public')
    },
  )

  test('six queries read the catalogs', async () => {
    const client = new FakeDsql()
    await planRoles(client, manifest, dsql)
    expect(client.queries).toBe(6)
  })
})
