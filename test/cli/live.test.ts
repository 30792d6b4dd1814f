import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPrint } from '../../src/cli/print.ts'

const pace = { repaintMs: 5, firstMs: 40, nextMs: 20 }

function printTo(terminal: { isTTY?: true; columns?: number }) {
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), terminal)]
  return { print: createPrint(stdout as never, stderr as never, pace), read: () => String(stderr.read() ?? '') }
}

test('on a terminal a state is one line, painted again and again, and gone with the next line', async () => {
  const { print, read } = printTo({ isTTY: true, columns: 20 })
  print.live('migration 0001_first_of_many')
  const first = read()
  expect(first).toBe('\r\u001b[2K… migration 0001_fi')
  await sleep(100)
  expect(read().split(first).length).toBeGreaterThan(2)
  print.done('migration 0001_first_of_many (0.1 s)')
  expect(read().split('\r\u001b[2K').at(-1)).toMatch(/✓.* migration 0001_first_of_many \(0\.1 s\)\n$/)
  await sleep(50)
  expect(read()).toBe('')
})

test('elsewhere a state is a plain line, once it takes long', async () => {
  const { print, read } = printTo({})
  print.live('hook quick.sql')
  print.done('hook quick.sql')
  await sleep(60)
  expect(read()).toBe('✓ hook quick.sql\n')
  print.live('migration 0002_slow')
  await sleep(200)
  const lines = read().split('\n')
  expect(lines.length).toBeGreaterThan(3)
  expect(new Set(lines)).toEqual(new Set(['… migration 0002_slow', '']))
  print.rest()
  await sleep(60)
  expect(read()).toBe('')
})
