import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalOf } from '../clients.ts'
import { type Started, started } from './started.ts'

let rds: Started
beforeAll(async () => {
  rds = await started({ service: 'rds' })
})
afterAll(() => rds.stop())

test.each([
  ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)('a client that verifies refuses a certificate of the kind %s', async (certificate, code) => {
  rds.emulator.faults.present(certificate)
  expect(await refusalOf(rds.connect())).toMatchObject({ code })
  rds.emulator.faults.present('own')
  await rds.connect()
  await rds.connect({ at: 'reader' })
})
