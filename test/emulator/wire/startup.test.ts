import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStartup, writeStartup } from '../../../src/emulator/wire/startup.ts'

const request = (minor: number, ...more: number[]) => {
  const bytes = Buffer.alloc(8 + more.length)
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeUInt16BE(1234, 4)
  bytes.writeUInt16BE(minor, 6)
  bytes.set(more, 8)
  return bytes
}
const startup = (minor: number) =>
  writeStartup({ major: 3, minor, parameters: new Map(Object.entries({ user: 'app', database: 'shop', options: '' })) })

describe('every kind of first message', () => {
  const kinds = [
    ['ssl-request', request(5679)],
    ['gssenc-request', request(5680)],
    ['cancel-request', request(5678, 0, 0, 4, 210, 1, 2, 3, 4)],
    ['cancel-request', request(5678, ...new Array(260).fill(7))],
    ['startup', startup(0)],
    ['startup', startup(2)],
  ] as const

  test.each(kinds)('%s is told only when its last byte is there, wherever it is split', (kind, bytes) => {
    for (let end = 0; end < bytes.length; end++) expect(readStartup(bytes.subarray(0, end)).kind).toBe('incomplete')
    expect(readStartup(bytes)).toMatchObject({ kind, length: bytes.length })
    expect(readStartup(Buffer.concat([bytes, Buffer.from('more')]))).toMatchObject({ kind, length: bytes.length })
  })

  test('a TLS handshake is known by its first byte', () => {
    expect(readStartup(Buffer.from([0x16]))).toEqual({ kind: 'direct-tls' })
  })

  test('parameters come out as they went in, empty values too', () => {
    const read = readStartup(startup(2))
    expect(read).toMatchObject({ startup: { major: 3, minor: 2 } })
    expect(read.kind === 'startup' && [...read.startup.parameters]).toEqual([
      ['user', 'app'],
      ['database', 'shop'],
      ['options', ''],
    ])
  })

  test('a cancel key keeps all of its bytes', () => {
    const read = readStartup(request(5678, 0, 0, 0, 9, 255, 0, 1, 2, 3))
    expect(read).toMatchObject({ key: Buffer.from([0, 0, 0, 9, 255, 0, 1, 2, 3]) })
  })
})

describe('broken input', () => {
  const withLength = (length: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(length, 0)
    return bytes
  }
  test.each([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\\r\\n')],
    ['a negative length', withLength(-1)],
    ['a length below its own size', withLength(7)],
    ['a length above 10,000 bytes', withLength(10_001)],
    ['an SSLRequest with a body', request(5679, 1)],
    ['an unknown request code', request(5681)],
    ['a body without its end', Buffer.from([0, 0, 0, 13, 0, 3, 0, 0, 117, 0, 120, 0, 1])],
    ['a name without a value', Buffer.from([0, 0, 0, 11, 0, 3, 0, 0, 117, 0, 0])],
    ['a startup without a body', Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])],
  ])('%s is malformed', (_what, bytes) => {
    expect(readStartup(bytes).kind).toBe('malformed')
  })

  test('an old protocol version is told as what it is', () => {
    expect(readStartup(Buffer.from([0, 0, 0, 8, 0, 2, 0, 0]))).toMatchObject({ startup: { major: 2, minor: 0 } })
  })

  test('any bytes are answered, and an incomplete answer ends within 10,000 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(readStartup(Buffer.from(noise)).kind).toMatch(/^[a-z-]+$/)
      }),
      { numRuns: 2_000 },
    )
    const full = withLength(10_000)
    expect(readStartup(Buffer.concat([full, Buffer.alloc(10_000)])).kind).not.toBe('incomplete')
  })
})
