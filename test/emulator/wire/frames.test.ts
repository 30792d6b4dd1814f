import { expect, test } from 'vitest'
import { createFrameReader } from '../../../src/emulator/wire/frames.ts'
import { message, query } from '../../../src/emulator/wire/messages.ts'
import { feedHostile } from './hostile.ts'

const stream = [message('Q', Buffer.from('SELECT 1\0')), message('S'), message('d', Buffer.alloc(300, 7))]
const bytes = Buffer.concat(stream)

test('messages come out whole, wherever their bytes were split', () => {
  for (let at = 0; at <= bytes.length; at++) {
    expect(fed([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(stream)
  }
  expect(fed([...bytes].map((byte) => Buffer.from([byte])))).toEqual(stream)
})

test('neighbours that pass as they are come as one, in their place, wherever their bytes were split', () => {
  const [first = bytes, ...others] = [query('SELECT 1'), message('S'), message('d', Buffer.from('1'))]
  const rest = Buffer.concat(others)
  const passing = Buffer.concat([first, rest, first, rest])
  const asIs = (type: number) => type !== 0x51
  for (let at = 0; at <= passing.length; at++) {
    const reader = createFrameReader(1_000)
    const seen: Buffer[] = []
    const passed: Buffer[] = []
    const pass = (messages: Buffer) => seen.push(messages) && passed.push(messages)
    for (const chunk of [passing.subarray(0, at), passing.subarray(at)]) {
      reader.read(chunk, (each) => seen.push(each), asIs, pass)
    }
    expect(Buffer.concat(seen)).toEqual(passing)
    expect(seen.filter((each) => !passed.includes(each))).toEqual([first, first])
    if (at === 0) expect(passed).toEqual([rest, rest])
  }
})

test('whether a message passes is asked once those before it were taken', () => {
  let taken = 0
  const passed: Buffer[] = []
  createFrameReader(1_000).read(
    bytes,
    () => taken++,
    () => taken === 1,
    (messages) => passed.push(messages),
  )
  expect(passed).toEqual([Buffer.concat(stream.slice(1))])
})

test.each([0, 3, -1, 1_001])('a length of %d is refused before its body is waited for', (length) => {
  const head = Buffer.alloc(5, 'Q')
  head.writeInt32BE(length, 1)
  expect(() => fed([head])).toThrow(`invalid message length ${length}`)
})

test('64 MB in 1 KB pieces take less than 2 s', () => {
  const whole = message('d', Buffer.alloc(64_000_000))
  const reader = createFrameReader(100_000_000)
  const started = performance.now()
  let count = 0
  for (let at = 0; at < whole.length; at += 1_000) reader.read(whole.subarray(at, at + 1_000), () => count++)
  expect(count).toBe(1)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('1,000 broken and hostile inputs come to the same, wherever they are split', () => {
  expect(feedHostile(1_000)).toBe(1_000)
})

function fed(chunks: readonly Buffer[]): Buffer[] {
  const reader = createFrameReader(1_000)
  const seen: Buffer[] = []
  for (const chunk of chunks) reader.read(chunk, (each) => seen.push(each))
  return seen
}
