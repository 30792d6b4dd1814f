import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { refusalOf } from '../clients.ts'
import { type Started, started } from './started.ts'

describe('RDS', () => {
  const pam = (user: string) => ({ code: '28000', message: `PAM authentication failed for user "${user}"` })
  let rds: Started
  beforeAll(async () => {
    rds = await started({ service: 'rds' })
  })
  afterEach(() => rds.emulator.faults.clear())
  afterAll(() => rds.stop())

  test("refuses one user's good tokens until a grant has arrived, by the clock", async () => {
    rds.emulator.faults.refuseTokens({ forMs: 30_000, user: 'app' })
    expect(await refusalOf(rds.connect({ user: 'app' }))).toEqual(pam('app'))
    await rds.connect()
    rds.pass(29_000)
    expect(await refusalOf(rds.connect({ user: 'app' }))).toEqual(pam('app'))
    rds.pass(1_000)
    await rds.connect({ user: 'app' })
  })

  test('refuses tokens above the rate with the text of every refusal, and again takes as many as time gives', async () => {
    rds.emulator.faults.throttle({ perSecond: 0.01, burst: 2 })
    await rds.connect()
    await rds.connect()
    expect(await refusalOf(rds.connect())).toEqual(pam('postgres'))
    rds.pass(100_000)
    await rds.connect()
    expect(await refusalOf(rds.connect())).toEqual(pam('postgres'))
  })

  test('lets logins wait as long as it is told to', async () => {
    rds.emulator.faults.delayLogins(150)
    const begun = performance.now()
    await rds.connect()
    expect(performance.now() - begun).toBeGreaterThanOrEqual(145)
    rds.emulator.faults.clear()
    await rds.connect()
  })

  test('does not wake up, since it does not sleep', () => {
    expect(() => rds.emulator.faults.wakeUp({ forMs: 1 })).toThrow('RDS does not wake up')
  })
})

describe('DSQL', () => {
  let dsql: Started
  beforeAll(async () => {
    dsql = await started({ service: 'dsql' })
  })
  afterEach(() => dsql.emulator.faults.clear())
  afterAll(() => dsql.stop())

  test('refuses good tokens until a grant has arrived, with the reason in the hint', async () => {
    const { faults, arn } = dsql.emulator
    faults.refuseTokens({ forMs: 10_000 })
    expect(await refusalOf(dsql.connect())).toEqual({
      code: '08006',
      message: 'unable to accept connection, access denied',
      hint: `User: ${arn} is not authorized to access this resource`,
    })
    dsql.pass(10_000)
    await dsql.connect()
  })

  test('refuses connections above the rate by 53400, and takes one more when its time has come', async () => {
    dsql.emulator.faults.throttle({ perSecond: 0.5, burst: 3 })
    for (let login = 0; login < 3; login++) await dsql.connect()
    const refusal = { code: '53400', message: 'Unable to accept connection, rate exceeded.' }
    expect(await refusalOf(dsql.connect())).toEqual(refusal)
    dsql.pass(2_000)
    await dsql.connect()
    expect(await refusalOf(dsql.connect())).toEqual(refusal)
  })

  test('says that the cluster wakes up until it is awake', async () => {
    dsql.emulator.faults.wakeUp({ forMs: 5_000 })
    const message = 'unable to accept connection, waking up cluster, please retry later'
    expect(await refusalOf(dsql.connect())).toMatchObject({ message })
    dsql.pass(5_000)
    await dsql.connect()
  })

  test('has no reader, and so no failover', () => {
    expect(dsql.emulator.reader).toBeUndefined()
    expect(() => dsql.emulator.faults.failover()).toThrow('DSQL has no reader')
  })

  test('freezes and breaks sessions like RDS', async () => {
    const { faults } = dsql.emulator
    const client = await dsql.connect()
    faults.freeze()
    const answer = client.query('SELECT 1').catch((error) => error)
    faults.reset()
    expect(await answer).toMatchObject({ code: 'ECONNRESET' })
  })
})
