import { expect, test } from 'vitest'
import { createFrameReader } from '../../../src/emulator/wire/frames.ts'
import { message } from '../../../src/emulator/wire/messages.ts'
import { feedHostile } from './hostile.ts'

const stream = [message('Q', Buffer.from('SELECT 1\0')), message('S'), message('d', Buffer.alloc(300, 7))]
const bytes = Buffer.concat(stream)

test('messages come out whole, wherever their bytes were split', () => {
  for (let at = 0; at <= bytes.length; at++) {
    const reader = createFrameReader(1_000)
    expect([...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))]).toEqual(stream)
  }
  const reader = createFrameReader(1_000)
  expect([...bytes].flatMap((byte) => reader.push(Buffer.from([byte])))).toEqual(stream)
})

test.each([0, 3, -1, 1_001])('a length of %d is refused before its body is waited for', (length) => {
  const head = Buffer.alloc(5, 'Q')
  head.writeInt32BE(length, 1)
  expect(() => createFrameReader(1_000).push(head)).toThrow(`invalid message length ${length}`)
})

test('64 MB in 1 KB pieces take less than 2 s', () => {
  const whole = message('d', Buffer.alloc(64_000_000))
  const reader = createFrameReader(100_000_000)
  const started = performance.now()
  let count = 0
  for (let at = 0; at < whole.length; at += 1_000) count += reader.push(whole.subarray(at, at + 1_000)).length
  expect(count).toBe(1)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('1,000 broken and hostile inputs come to the same, wherever they are split', () => {
  expect(feedHostile(1_000)).toBe(1_000)
})
