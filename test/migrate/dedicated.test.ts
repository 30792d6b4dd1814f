import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ConnectionRefused, events } from '../../src/events.ts'
import { adminOf } from '../../src/migrate/admin.ts'
import type { IamConfig } from '../../src/migrate/iam-config.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

const minutes = 60_000
let rds: TestEmulator
let dsql: TestEmulator
let serverAhead = 0
let clientAhead = 0
/** How every try that failed was refused. */
let refused: ConnectionRefused[] = []
const note = (event: unknown) => refused.push(event as ConnectionRefused)

beforeAll(async () => {
  const clock = () => new Date(Date.now() + serverAhead)
  ;[rds, dsql] = await Promise.all([testEmulator({ service: 'rds', clock }), testEmulator({ service: 'dsql', clock })])
  events.connectionRefused.subscribe(note)
})
beforeEach(() => {
  for (const { faults } of [rds, dsql]) faults.clear()
  serverAhead = clientAhead = 0
  refused = []
})
afterAll(async () => {
  events.connectionRefused.unsubscribe(note)
  await Promise.all([rds.stop(), dsql.stop()])
})

const wrongKeys = { accessKeyId: 'AKIANOBODYKNOWS00000', secretAccessKey: 'canary' }

/** The admin of an emulator, and the reasons for which his logins were tried again. */
async function adminAt(emulator: TestEmulator, way: IamConfig = emulator.options) {
  const retried: string[] = []
  const config = { ...way, admin: { user: emulator.admin } }
  const { connect } = await adminOf(config, {
    env: {},
    clock: () => Date.now() + clientAhead,
    random: () => 0.3,
    onRetry: ({ reason }) => retried.push(reason),
  })
  const logIn = async (options?: Parameters<typeof connect>[0]) => {
    const client = await connect(options)
    await client.end()
  }
  return { logIn, retried }
}

const failureOf = (login: Promise<void>): Promise<Error> =>
  login.then(
    () => expect.unreachable('it got in'),
    (error: Error) => error,
  )

/** The way by a URL, with a timeout that the user chose. */
function withTimeout({ env, ca, accessKeyId, secretAccessKey }: TestEmulator, seconds: number): IamConfig {
  const url = `${env.DATABASE_URL}&connect_timeout=${seconds}`
  return { url, tls: { ca }, credentials: { accessKeyId, secretAccessKey } }
}

describe('a login that fails for good is not tried again', () => {
  test('RDS tells nothing, so everything that it can be is told, with the dialled address', async () => {
    const { logIn, retried } = await adminAt(rds, { ...rds.options, credentials: wrongKeys })
    const error = await failureOf(logIn())
    expect(error).toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOGIN', cause: { code: '28000' } })
    expect(error.message).toMatch(
      /^postgres could not log in to .* \(dialled 127\.0\.0\.1:\d+\): PAM authentication failed/,
    )
    expect(error.message).toMatch(/RDS refused the token[\s\S]*rds-db:connect[\s\S]*\nHint: .*iam-db-auth-error/)
    expect(error.message).not.toContain('canary')
    expect([refused.length, retried]).toEqual([1, []])
  })

  test("DSQL's own hint is told", async () => {
    const { logIn, retried } = await adminAt(dsql, { ...dsql.options, credentials: wrongKeys })
    const { message } = await failureOf(logIn())
    expect(message).toMatch(/^admin could not log in to postgres at .*access denied[\s\S]*signed for .*\nHint: /)
    expect([refused.length, retried]).toEqual([1, []])
  })

  test('a certificate by another root leads to `tls.caFile`', async () => {
    const { logIn } = await adminAt(rds, { ...rds.options, tls: { ca: dsql.ca } })
    expect((await failureOf(logIn())).message).toMatch(/\nHint: .*`tls\.caFile`/)
    expect(refused).toHaveLength(1)
  })

  test('a provider that hangs is told as such', async () => {
    const credentials = () => new Promise<never>(() => {})
    const { logIn } = await adminAt(rds, { ...withTimeout(rds, 1), credentials })
    await expect(logIn()).rejects.toThrow(/within 1000 ms: the source of the AWS credentials[\s\S]*\nHint: see why/)
    expect(refused).toHaveLength(1)
  })
})

describe('a login is tried again, and the reason is told once', () => {
  test('while a cluster of DSQL wakes up', async () => {
    const { logIn, retried } = await adminAt(dsql)
    dsql.faults.wakeUp({ forMs: 1000 })
    await logIn()
    expect(retried).toEqual(['waking'])
    expect(refused.length).toBeGreaterThan(1)
  })

  test('while DSQL lets in no more a second', async () => {
    const { logIn, retried } = await adminAt(dsql)
    dsql.faults.throttle({ perSecond: 2, burst: 1 })
    await Promise.all([logIn(), logIn()])
    expect(retried).toEqual(['throttled'])
  })

  test('while a server restarts, whether its port answers or not', async () => {
    for (const [meanwhile, reason] of [
      ['refused', 'not-listening'],
      ['starting', 'waking'],
    ] as const) {
      const { logIn, retried } = await adminAt(rds)
      const restart = rds.faults.restart({ downMs: 400, meanwhile })
      await logIn()
      await restart
      expect(retried).toEqual([reason])
    }
  })

  test('when a server takes the connection and answers only later, as one does that was paused', async () => {
    const { logIn, retried } = await adminAt(rds, withTimeout(rds, 1))
    rds.faults.freeze()
    const login = logIn({ patienceMs: 10_000 })
    await expect.poll(() => retried, { timeout: 3000 }).toEqual(['unanswered'])
    rds.faults.thaw()
    await login
  })

  test.each([
    ['RDS', () => rds],
    ['DSQL', () => dsql],
  ])(
    'with a new token, at once and once only, when %s finds the one that is kept too old',
    async (_service, emulator) => {
      const { logIn, retried } = await adminAt(emulator())
      await logIn()
      clientAhead = 8 * minutes
      serverAhead = 16 * minutes
      await logIn()
      expect([refused.length, retried]).toEqual([1, ['token-expired']])
      // Every token that this clock can sign is too old by now.
      serverAhead = 40 * minutes
      refused = []
      await failureOf(logIn({ patienceMs: 0 }))
      expect(refused.length).toBeLessThanOrEqual(2)
    },
  )
})

describe('the tries end', () => {
  test('with the time that the URL gives, and how many there were is told', async () => {
    const { logIn } = await adminAt(dsql, withTimeout(dsql, 1))
    dsql.faults.wakeUp({ forMs: 60_000 })
    const started = performance.now()
    const { message } = await failureOf(logIn())
    expect(message).toMatch(
      /^admin could not log in .*let nobody in \(\d+ tries in \d\.\d s\): .*waking up.*\nHint: try again later/,
    )
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('at once when they are stopped', async () => {
    const { logIn, retried } = await adminAt(dsql)
    const stop = new AbortController()
    dsql.faults.wakeUp({ forMs: 60_000 })
    const login = logIn({ signal: stop.signal })
    await expect.poll(() => retried).toEqual(['waking'])
    stop.abort(new Error('stopped'))
    const tries = refused.length
    await expect(login).rejects.toThrow('stopped')
    expect(refused.length).toBe(tries)
  })
})
