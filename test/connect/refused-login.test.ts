import { inspect } from 'node:util'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../examples/dsql/generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { Edges, IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { isPrismaIamError } from '../../src/errors.ts'
import { events } from '../../src/events.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

const minutes = 60_000
let serverAhead = 0
let clientAhead = 0
let rds: TestEmulator
let dsql: TestEmulator
let refused = 0
const pools: pg.Pool[] = []
const published: unknown[] = []
const countRefused = () => {
  refused += 1
}
const note = (event: unknown) => published.push(event)
const setClock = () => {
  clientAhead = serverAhead
}

beforeAll(async () => {
  const clock = () => new Date(Date.now() + serverAhead)
  rds = await testEmulator({ service: 'rds', database: 'shop', clock })
  await rds.asSuperuser('CREATE ROLE plain LOGIN')
  dsql = await testEmulator({ service: 'dsql', clock })
  events.connectionRefused.subscribe(countRefused)
  for (const channel of Object.values(events)) channel.subscribe(note)
})
afterAll(async () => {
  events.connectionRefused.unsubscribe(countRefused)
  for (const channel of Object.values(events)) channel.unsubscribe(note)
  await rds.stop()
  await dsql.stop()
})
beforeEach(() => {
  serverAhead = clientAhead = refused = 0
})
afterEach(async () => {
  events.connectionRetried.unsubscribe(setClock)
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

const edges = (): Edges => ({ env: {}, clock: () => Date.now() + clientAhead, random: () => 0 })

function opened(emulator: TestEmulator, options: IamOptions = {}) {
  const user = emulator === dsql ? 'admin' : 'app'
  const made = iamPool({ ...emulator.options, user, pool: { maxUses: 1 }, ...options }, edges())
  pools.push(made)
  return made
}

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isPrismaIamError(error)) throw new Error('it should have failed with an error of this package', { cause: error })
  return error
}

describe('a login refused because the token was too old', () => {
  it('is tried once more with a new token (DSQL, which says so)', async () => {
    const pool = opened(dsql)
    await pool.query('SELECT 1')
    serverAhead = 16 * minutes
    events.connectionRetried.subscribe(setClock)
    await expect(pool.query('SELECT 1')).resolves.toBeDefined()
    expect(refused).toBe(1)
  })

  it('is tried once more with a new token (RDS, when the token was past the middle of its life)', async () => {
    const pool = opened(rds)
    await pool.query('SELECT 1')
    clientAhead = 8 * minutes
    serverAhead = 16 * minutes
    await expect(pool.query('SELECT 1')).resolves.toBeDefined()
    expect(refused).toBe(1)
  })

  it('is not tried for ever when this machine’s clock is behind: the error says by how much', async () => {
    clientAhead = -20 * minutes
    const error = await refusal(opened(dsql).query('SELECT 1'))
    expect(refused).toBe(2)
    expect(error.code).toBe('PRISMA_IAM_CONNECT_REFUSED')
    expect(error.message).toContain('Signature expired')
    expect(error.hint).toContain('about 20 minutes behind the server')
  })

  it('names a clock that is ahead', async () => {
    clientAhead = 20 * minutes
    const error = await refusal(opened(dsql).query('SELECT 1'))
    expect(refused).toBe(1)
    expect(error.hint).toContain('about 20 minutes ahead of the server')
  })
})

describe('a login that RDS refuses', () => {
  it('is tried once, and told with its six causes and what was signed', async () => {
    const credentials = { accessKeyId: 'AKIAWRONGWRONGZYXW', secretAccessKey: 'canary-secret' }
    const error = await refusal(opened(rds, { credentials }).query('SELECT 1'))
    expect(refused).toBe(1)
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONNECT_REFUSED', cause: { code: '28000' } })
    expect(error.message).toContain('PAM authentication failed for user "app" (28000)')
    expect(error.problems).toHaveLength(7)
    expect(error.problems[0]).toBe(`signed for ${rds.signHost}:5432, app, region eu-west-1, by the access key …ZYXW`)
    for (const word of ['rds-db:connect', 'switched on', 'signHost', '15 minutes', 'credentials', 'throttled'])
      expect(error.problems.join('\n')).toContain(word)
  })

  it('is tried five times more where a token got in lately, because throttling is told in the same words', async () => {
    const pool = opened(rds)
    await pool.query('SELECT 1')
    rds.faults.refuseTokens({ forMs: 60 * minutes })
    expect((await refusal(pool.query('SELECT 1'))).problems).toHaveLength(7)
    expect(refused).toBe(6)
    refused = 0
    clientAhead = serverAhead = 20 * minutes
    await refusal(pool.query('SELECT 1'))
    expect(refused).toBe(1)
    rds.faults.clear()
  })

  it('is told to be a matter of rds_iam when the server wanted a password', async () => {
    const error = await refusal(opened(rds, { user: 'plain' }).query('SELECT 1'))
    expect(error.message).toContain('(28P01): the server took the token for a password')
    expect(error.hint).toContain('GRANT rds_iam TO "plain"')
  })
})

describe('a login that DSQL refuses', () => {
  it('reaches the user of Prisma with DSQL’s hint and our advice, in message and meta', async () => {
    await opened(dsql).query('CREATE ROLE stranger WITH LOGIN')
    const prisma = new PrismaClient({ adapter: iamAdapter({ ...dsql.options, user: 'stranger' }, { env: {} }) })
    for (const work of [() => prisma.greeting.count(), () => prisma.$transaction(async (tx) => tx.greeting.count())]) {
      const error = await work().then(
        () => undefined,
        (reason: Error) => reason,
      )
      expect(error?.message).toContain('unable to accept connection, access denied')
      expect(error?.message).toContain('is not authorized to access this resource')
      expect(error?.message).toContain(`AWS IAM GRANT "stranger" TO`)
      expect(error).toMatchObject({
        code: 'PRISMA_IAM_CONNECT_REFUSED',
        meta: { hint: expect.stringContaining('AWS IAM GRANT') },
      })
    }
    await prisma.$disconnect()
  })

  it('is not remembered: the same pool gets in as soon as the role is mapped', async () => {
    const pool = opened(dsql, { user: 'newcomer' })
    await opened(dsql).query('CREATE ROLE newcomer WITH LOGIN')
    for (const _ of [1, 2]) expect((await refusal(pool.query('SELECT 1'))).code).toBe('PRISMA_IAM_CONNECT_REFUSED')
    await opened(dsql).query(`AWS IAM GRANT newcomer TO '${dsql.arn}'`)
    await expect(pool.query('SELECT 1')).resolves.toBeDefined()
  })
})

describe('a credential provider', () => {
  it('that hangs is told within the connect timeout, and asked again later', async () => {
    const { accessKeyId, secretAccessKey } = rds
    let asked = 0
    const credentials = async () => {
      asked += 1
      return asked === 1 ? new Promise<never>(() => undefined) : { accessKeyId, secretAccessKey }
    }
    const pool = opened(rds, { credentials, pool: { connectionTimeoutMillis: 400 } })
    const startedAt = performance.now()
    const error = await refusal(pool.query('SELECT 1'))
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(error.code).toBe('PRISMA_IAM_CONNECT_TIMEOUT')
    expect(error.message).toContain('the source of the AWS credentials or of the password gave no answer')
    clientAhead = serverAhead = 11_000
    await expect(pool.query('SELECT 1')).resolves.toBeDefined()
    expect(asked).toBe(2)
  })

  it.each([
    ['nothing', undefined],
    ['rubbish', 'text'],
    ['no secret', { accessKeyId: 'AKIA' }],
    ['ended credentials', { accessKeyId: 'AKIA', secretAccessKey: 's', expiration: new Date(0) }],
  ])('that returns %s is told so at once', async (_what, value) => {
    const credentials = (async () => value) as NonNullable<IamOptions['credentials']>
    const error = await refusal(opened(rds, { credentials }).query('SELECT 1'))
    expect(error.code).toBe('PRISMA_IAM_TOKEN_CREDENTIALS')
  })
})

describe('errors, events and pools', () => {
  it('show no token and no secret', async () => {
    const credentials = { accessKeyId: 'AKIAWRONG', secretAccessKey: 'canary-secret', sessionToken: 'canary-session' }
    const pool = opened(rds, { credentials })
    const error = await refusal(pool.query('SELECT 1'))
    const shown = inspect([error, pool, published], { depth: 20, maxStringLength: null, maxArrayLength: null })
    for (const canary of ['canary-', 'X-Amz-Signature', 'X-Amz-Security-Token', rds.secretAccessKey])
      expect(shown).not.toContain(canary)
    expect(published.length).toBeGreaterThan(5)
  })
})
