import { expect, test } from 'vitest'
import { scramClient } from '../../../src/emulator/login/scram.ts'

// The exchange of RFC 7677, section 3; PostgreSQL sends no user name here, so the texts differ by `n=*` alone.
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const challenge = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'

test('starts without a user name, which PostgreSQL takes from the startup message', () => {
  expect(scramClient('pencil', nonce).first).toBe(`n,,n=*,r=${nonce}`)
})

test.each([
  ['another nonce', challenge.replace('rOpr', 'xxxx')],
  ['no nonce of its own', challenge.replace(/%[^,]*/, '')],
  ['no rounds', challenge.replace('i=4096', 'i=0')],
  ['an error', 'e=other-error'],
])('a challenge with %s is refused', (_what, broken) => {
  expect(() => scramClient('pencil', nonce).final(broken)).toThrow('broken challenge')
})

test('a server that cannot prove the password is not believed', () => {
  const client = scramClient('pencil', nonce)
  expect(client.verify('v=')).toBe(false)
  client.final(challenge)
  expect(client.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false)
  expect(client.verify('e=invalid-proof')).toBe(false)
})
