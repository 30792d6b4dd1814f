import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PrismaClient as GreetingClient } from '../../examples/dsql/generated/prisma/client.ts'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { defaultIdentity } from '../../src/emulator/token/default-identity.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { startLoad } from '../support/load.ts'
import { deployShop } from '../support/shop.ts'

const minutes = 60_000
let rds: TestEmulator
let dsql: TestEmulator
let serverAhead = 0
let clientAhead = 0
const prismas: { $disconnect(): Promise<void> }[] = []

/** Moves both clocks. */
const pass = (ms: number) => {
  serverAhead += ms
  clientAhead += ms
}

/** A role session of a quarter of an hour, which the server knows no longer than it lasts. */
class Session {
  readonly accessKeyId: string
  readonly secretAccessKey = 'secret'
  readonly sessionToken: string
  readonly arn = 'arn:aws:iam::123456789012:role/app'
  readonly expiration: Date

  constructor(number: number, from: number) {
    this.accessKeyId = `ASIASESSION${number}`
    this.sessionToken = `session ${number}`
    this.expiration = new Date(from + 15 * minutes)
  }

  get allow() {
    const over = Date.now() + serverAhead > this.expiration.getTime()
    return over ? [] : ([{ action: 'rds-db:connect', user: 'app' }, { action: 'dsql:DbConnect' }] as const)
  }
}
const identities = [defaultIdentity(), ...[0, 1, 2, 3].map((n) => new Session(n, Date.now() + n * 10 * minutes))]
const sessions = identities.filter((each) => each instanceof Session)

beforeAll(async () => {
  const shared = { clock: () => new Date(Date.now() + serverAhead), identities }
  rds = await testEmulator({ ...shared, service: 'rds', database: 'shop' })
  await deployShop(rds)
  dsql = await testEmulator({ ...shared, service: 'dsql' })
  await dsql.asSuperuser('CREATE TABLE "Greeting" (id uuid PRIMARY KEY, text text, "createdAt" timestamptz)')
  const admin = iamPool({ ...dsql.options, user: 'admin' }, { env: {} })
  await admin.query('CREATE ROLE app WITH LOGIN')
  for (const { arn } of identities.slice(0, 2)) await admin.query(`AWS IAM GRANT app TO '${arn}'`)
  await admin.end()
  await dsql.asSuperuser('GRANT SELECT ON "Greeting" TO app')
})
beforeEach(() => {
  serverAhead = clientAhead = 0
})
afterEach(async () => {
  for (const { faults } of [rds, dsql]) faults.clear()
  await Promise.all(prismas.splice(0).map((prisma) => prisma.$disconnect()))
})
afterAll(async () => {
  await Promise.all([rds.stop(), dsql.stop()])
})

/** A query of an app of its own, with no token yet; every query logs in anew unless `options` say otherwise. */
function app(emulator: TestEmulator, options: IamOptions = {}): () => Promise<unknown> {
  const { accessKeyId, secretAccessKey } = emulator
  const credentials = { accessKeyId, secretAccessKey }
  const edges = { env: {}, clock: () => Date.now() + clientAhead }
  const adapter = iamAdapter({ ...emulator.options, credentials, pool: { maxUses: 1 }, ...options }, edges)
  if (emulator === rds) {
    const prisma = new PrismaClient({ adapter })
    prismas.push(prisma)
    return () => prisma.category.count()
  }
  const prisma = new GreetingClient({ adapter })
  prismas.push(prisma)
  return () => prisma.greeting.count()
}

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )

describe.each<[string, () => TestEmulator, RegExp]>([
  ['RDS', () => rds, /PAM authentication failed[\s\S]*rds-db:connect/],
  ['DSQL', () => dsql, /access denied[\s\S]*not authorized[\s\S]*AWS IAM GRANT/],
])('on %s', (_service, emulator, denial) => {
  it('tokens refused for 30 s cost a new app each query of that time and the app that is in none', async () => {
    const newcomer = app(emulator())
    const inside = startLoad(app(emulator(), { pool: { max: 4 } }))
    await inside.more(20)
    emulator().faults.refuseTokens({ forMs: 30_000 })
    for (let query = 0; query < 3; query += 1, pass(9_000)) expect((await failure(newcomer())).message).toMatch(denial)
    pass(3_000)
    await newcomer()
    await inside.more(20)
    expect(await inside.stop()).toEqual([])
  })

  it('sessions that end cost nothing where the provider renews them', async () => {
    let asked = 0
    const credentials = async () => {
      asked += 1
      const now = Date.now() + clientAhead
      const { accessKeyId, secretAccessKey, sessionToken, expiration } =
        sessions.find(({ expiration }) => expiration.getTime() - now > 5 * minutes) ?? expect.unreachable()
      return { accessKeyId, secretAccessKey, sessionToken, expiration }
    }
    const query = app(emulator(), { credentials })
    for (let minute = 0; minute < 35; minute += 1, pass(minutes)) await query()
    expect(asked).toBeGreaterThanOrEqual(4)
  })

  it('a provider that fails costs nothing while the last token lives, and each query after that until it works', async () => {
    let works = true
    const credentials = async () => {
      if (!works) throw new Error('no session for now')
      return identities[0] ?? expect.unreachable()
    }
    const query = app(emulator(), { credentials })
    await query()
    works = false
    for (let minute = 0; minute < 14; minute += 1, pass(minutes)) await query()
    pass(minutes)
    for (let time = 0; time < 3; time += 1)
      expect((await failure(query())).message).toContain('no AWS credentials to sign with: no session for now')
    works = true
    await query()
  })

  it.each([-20, 20])('a clock %i minutes off costs each login until it is set right', async (off) => {
    const query = app(emulator())
    clientAhead = off * minutes
    for (let time = 0; time < 2; time += 1) {
      const { message } = await failure(query())
      expect(message).toMatch(
        denial.source.startsWith('PAM') ? /this machine's clock, which may be off/ : /about 20 minutes/,
      )
    }
    clientAhead = 0
    await query()
  })

  it('a clock that goes wrong costs the app that is in nothing', async () => {
    const query = app(emulator(), { pool: { max: 4 } })
    await query()
    for (const off of [-20, 20]) {
      clientAhead = off * minutes
      for (let time = 0; time < 10; time += 1) await query()
    }
  })

  const ended = new Date(Date.now() - minutes)
  it.each<[string, () => unknown, RegExp]>([
    ['returns nothing', async () => undefined, /returned no access key/],
    ['returns rubbish', async () => 'rubbish', /returned no access key/],
    ['returns a date that is none', async () => ({ ...sessions[0], expiration: new Date(Number.NaN) }), /expiration/],
    ['returns ended credentials', async () => ({ ...identities[0], expiration: ended }), /the credentials ended at/],
    ['throws', () => Promise.reject(new Error('no role')), /no role/],
    [
      'throws at once',
      () => {
        throw new Error('no role')
      },
      /no role/,
    ],
    ['throws no error', () => Promise.reject('a text'), /a text/],
    [
      'is a method that lost its object',
      class {
        keys = {}
        provide() {
          return this.keys
        }
      }.prototype.provide,
      /undefined/,
    ],
    [
      'hangs',
      () => new Promise(() => undefined),
      /the source of the AWS credentials or of the password gave no answer/,
    ],
  ])('a provider that %s is told within the connect timeout, and forgiven when it works', async (_what, bad, words) => {
    let provide: () => unknown = bad
    const credentials = (() => provide()) as NonNullable<IamOptions['credentials']>
    const query = app(emulator(), { credentials, pool: { connectionTimeoutMillis: 500 } })
    const startedAt = performance.now()
    for (let time = 0; time < 2; time += 1) expect((await failure(query())).message).toMatch(words)
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    provide = async () => identities[0]
    pass(11_000)
    await query()
  })
})

describe('throttling', () => {
  it('costs nothing on DSQL, which says so', async () => {
    dsql.faults.throttle({ perSecond: 40, burst: 5 })
    const load = startLoad(app(dsql, { pool: { max: 20, maxUses: 1 } }), 20)
    await load.more(60)
    expect(await load.stop()).toEqual([])
  })

  it('costs nothing on RDS where this process keeps to the limit', async () => {
    rds.faults.throttle({ perSecond: 40, burst: 10 })
    const pacing = { connectionsPerSecond: 40, burst: 5 }
    const load = startLoad(app(rds, { pool: { max: 20, maxUses: 1 }, pacing }), 20)
    await load.more(60)
    expect(await load.stop()).toEqual([])
  })

  it('by other processes costs nothing on RDS once this one was let in', async () => {
    const query = app(rds, { pool: { max: 20, maxUses: 1 } })
    await query()
    rds.faults.throttle({ perSecond: 40, burst: 5 })
    await Promise.all(Array.from({ length: 20 }, query))
  })
})

describe('a cluster that wakes up', () => {
  it('costs nothing when it is awake within the connect timeout', async () => {
    const query = app(dsql)
    dsql.faults.wakeUp({ forMs: 1_500 })
    await Promise.all(Array.from({ length: 10 }, query))
  })

  it('costs each query its connect timeout when it takes longer', async () => {
    const query = app(dsql, { pool: { connectionTimeoutMillis: 400 } })
    dsql.faults.wakeUp({ forMs: 60_000 })
    const errors = await Promise.all(Array.from({ length: 5 }, () => failure(query())))
    for (const { message } of errors) expect(message).toContain('waking up cluster')
    pass(60_000)
    await query()
  })
})
