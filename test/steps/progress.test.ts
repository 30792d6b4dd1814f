import { expect, test } from 'vitest'
import { inWords, type Progress } from '../../src/steps/progress.ts'

test.each<[Progress, string | undefined]>([
  [
    { kind: 'notice', migration: 'm', place: { line: 2, column: 7 }, message: 'no order', instead: 'leave it out' },
    'm:2:7: no order: leave it out',
  ],
  [{ kind: 'continued', migration: 'm', step: 3, of: 5 }, 'm was begun before: it goes on at step 3 of 5'],
  [{ kind: 'conflict', tries: 1, delayMs: 5 }, expect.stringContaining('trying again')],
  [{ kind: 'conflict', tries: 2, delayMs: 5 }, undefined],
  [{ kind: 'batches', table: 't', batch: 20 }, 't: batch 20 is done'],
  [{ kind: 'batches', table: 't', batch: 21 }, undefined],
  [
    { kind: 'waiting', job: 'j', of: 'the index i', status: 'processing', elapsedMs: 11_400 },
    'waiting for the index i: job j is processing, 11 s',
  ],
  [{ kind: 'dropped', index: 'i' }, 'the index i, which could not be used, was dropped'],
])('%j is told in words', (progress, words) => {
  expect(inWords(progress)).toEqual(words)
})
