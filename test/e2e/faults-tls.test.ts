import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { makeAuthority } from '../../src/emulator/tls/certificates.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { startLoad } from '../support/load.ts'

const emulators: TestEmulator[] = []
const prismas: PrismaClient[] = []

beforeAll(async () => {
  emulators.push(await testEmulator({ service: 'rds', database: 'shop' }), await testEmulator({ service: 'dsql' }))
})
afterEach(async () => {
  for (const { faults } of emulators) faults.clear()
  await Promise.all(prismas.splice(0).map((prisma) => prisma.$disconnect()))
})
afterAll(async () => {
  await Promise.all(emulators.map((emulator) => emulator.stop()))
})

describe.each([
  ['RDS', 0],
  ['DSQL', 1],
])('on %s', (_service, index) => {
  const user = index === 0 ? 'app' : 'admin'
  const emulator = () => emulators[index] ?? expect.unreachable()

  function app(options: IamOptions = {}): () => Promise<unknown> {
    const prisma = new PrismaClient({ adapter: iamAdapter({ ...emulator().options, user, ...options }, { env: {} }) })
    prismas.push(prisma)
    return () => prisma.$queryRaw`SELECT 1`
  }

  it.each([
    ['for another name', 'other-name', 'does not match certificate'],
    ['of an unknown authority', 'unknown-authority', 'self-signed certificate|unable to (verify|get)'],
  ] as const)(
    'a certificate %s costs each new connection, shows no token, and costs the app that is in nothing',
    async (_what, certificate, words) => {
      const newcomer = app({ pool: { maxUses: 1 } })
      await newcomer()
      const inside = startLoad(app({ pool: { max: 4 } }))
      await inside.more(20)
      emulator().forget()
      emulator().faults.present(certificate)
      for (let time = 0; time < 3; time += 1) await expect(newcomer()).rejects.toThrow(new RegExp(words, 'i'))
      const pool = iamPool({ ...emulator().options, user }, { env: {} })
      expect(await pool.health()).toMatchObject({ state: 'tls-refused' })
      await pool.end()
      expect(emulator().logins()).toEqual([])
      emulator().faults.present('own')
      await newcomer()
      await inside.more(20)
      expect(await inside.stop()).toEqual([])
    },
  )

  it.each(['before', 'behind'])('a bundle counts whole: the right root may stand %s another one', async (place) => {
    const { ca } = emulator()
    const other = makeAuthority().ca
    await app({ tls: { ca: place === 'before' ? `${ca}\n${other}` : `${other}\n${ca}` } })()
  })
})
