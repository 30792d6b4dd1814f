import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createPrint } from '../../src/cli/print.ts'

function printTo() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const print = createPrint(stdout as never, stderr as never)
  return { print, stdout, stderr }
}

test('results go to stdout, the story to stderr, without colour where there is no terminal', () => {
  const { print, stdout, stderr } = printTo()
  print.result('result')
  print.story('story')
  print.done('done')
  print.failure('failure')
  expect(String(stdout.read())).toBe('result\n')
  expect(String(stderr.read())).toBe('story\n✓ done\n✗ failure\n')
})

test('a reader that has gone is no failure, a full disk is', () => {
  const { stdout } = printTo()
  expect(() => stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))).not.toThrow()
  expect(() => stdout.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full')
})
