import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../../src/emulator/token/identity.ts'
import { type Expected, verifyToken } from '../../../src/emulator/token/verify.ts'
import { alice, dsql, rds, sign } from '../tokens.ts'

const session: Identity = { ...alice, accessKeyId: 'ASIASESSION', sessionToken: 'IQoJb3JpZ2luX2Vj+/='.repeat(8) }
const samples: { token: string; expected: Expected }[] = []
const now = new Date()

beforeAll(async () => {
  const logins = [rds(), rds({ user: 'a b+c%d' }), dsql(), dsql({ user: 'admin' })]
  for (const expected of logins)
    for (const identity of [alice, session]) samples.push({ token: await sign(expected, identity), expected })
})

function accepts(token: string, expected: Expected): boolean {
  return verifyToken(token, expected, [alice, session], now).ok
}

describe('a changed token is refused', () => {
  it('at every position, for every printable character in its place', () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
    for (const { token, expected } of [samples[0], samples[4]].filter((sample) => sample !== undefined)) {
      expect(accepts(token, expected)).toBe(true)
      const accepted = [...token].flatMap((old, at) =>
        printable.filter((c) => c !== old && accepts(token.slice(0, at) + c + token.slice(at + 1), expected)),
      )
      expect(accepted).toEqual([])
    }
  })

  it('with a character lost, doubled or swapped with its neighbour anywhere', () => {
    for (const { token, expected } of samples) {
      for (let at = 0; at < token.length; at++) {
        const [before, here, after] = [token.slice(0, at), token.charAt(at), token.slice(at + 1)]
        expect(accepts(before + after, expected), `without ${at}`).toBe(false)
        expect(accepts(before + here + here + after, expected), `doubled ${at}`).toBe(false)
        const swapped = before + after.charAt(0) + here + after.slice(1)
        if (swapped !== token) expect(accepts(swapped, expected), `swapped ${at}`).toBe(false)
      }
    }
  })

  it('with a parameter changed, dropped, doubled, renamed, added or encoded otherwise', () => {
    const change = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }).map((text) => (pair: string) => [`${pair}${encode(text)}`]),
      fc.constant((_: string) => []),
      fc.constant((pair: string) => [pair, pair]),
      fc.constant((pair: string) => [pair.toLowerCase() === pair ? pair.toUpperCase() : pair.toLowerCase()]),
      fc.string({ minLength: 1 }).map((name) => (pair: string) => [pair, `${encode(name)}=1`]),
      fc.constant((pair: string) => [pair, '']),
      fc.constant((pair: string) => [pair.replace('=', '=='), '']),
      fc.nat().map((seed) => (pair: string) => [encodeOne(pair, seed)]),
      fc.constant((pair: string) => [pair.replace(/%[0-9A-F]{2}/, (code) => `${code.toLowerCase()}`)]),
      fc.constant((pair: string) => [pair.replace(/%20|%2F/, (code) => (code === '%20' ? '+' : '/'))]),
    )
    fc.assert(
      fc.property(fc.nat({ max: 7 }), fc.nat(), change, (which, position, mutate) => {
        const { token, expected } = samples[which] ?? { token: '', expected: rds() }
        const [host, query = ''] = token.split('/?')
        const pairs = query.split('&')
        const at = position % pairs.length
        const mutated = `${host}/?${[...pairs.slice(0, at), ...mutate(pairs[at] ?? ''), ...pairs.slice(at + 1)].join('&')}`
        fc.pre(mutated !== token)
        expect(accepts(mutated, expected), mutated).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('with any text cut out, put in or put in the place of another', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 7 }),
        fc.nat(),
        fc.nat({ max: 40 }),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('%', '%2', '&', '=', '/?', '\0')),
        (which, position, length, text) => {
          const { token, expected } = samples[which] ?? { token: '', expected: rds() }
          const at = position % (token.length + 1)
          const mutated = token.slice(0, at) + text + token.slice(at + length)
          fc.pre(mutated !== token)
          expect(accepts(mutated, expected), mutated).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('and text that never was a token is refused without an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(accepts(text, rds())).toBe(false)
        expect(accepts(`${rds().signHost}:5432/?${text}`, rds())).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

function encode(text: string): string {
  return Buffer.from(text).reduce((sum, byte) => `${sum}%${byte.toString(16).toUpperCase().padStart(2, '0')}`, '')
}

/** Percent-encodes one character that signers leave bare. */
function encodeOne(pair: string, seed: number): string {
  const start = pair.indexOf('=') + 1
  const at = start + (seed % (pair.length - start))
  return /\w/.test(pair.charAt(at)) ? pair.slice(0, at) + encode(pair.charAt(at)) + pair.slice(at + 1) : `${pair}%41`
}
