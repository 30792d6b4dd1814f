import { expect, test } from 'vitest'
import { untilAgreed } from '../../src/steps/conflict.ts'
import type { Progress } from '../../src/steps/progress.ts'
import type { StepEdges } from '../../src/steps/scene.ts'

/** A world in which time passes by sleeping alone. */
function world(conflictBudgetMs: number): { edges: StepEdges; told: Progress[] } {
  let now = 0
  const told: Progress[] = []
  const edges: StepEdges = {
    clock: () => now,
    random: () => 1,
    sleep: async (ms) => {
      now += ms
    },
    report: (progress) => told.push(progress),
    conflictBudgetMs,
  }
  return { edges, told }
}

const report = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' })

function failing(times: number, code = '40001'): () => Promise<string> {
  return async () => {
    if (times-- > 0) throw report(code)
    return 'done'
  }
}

test('a conflict is tried again after a wait that doubles, up to three seconds, and is reported', async () => {
  const { edges, told } = world(60_000)
  expect(await untilAgreed(failing(7), edges)).toBe('done')
  expect(told).toEqual(
    [100, 200, 400, 800, 1600, 3000, 3000].map((delayMs, at) => ({ kind: 'conflict', tries: at + 1, delayMs })),
  )
})

test('the last conflict itself is thrown when the budget is spent', async () => {
  const { edges, told } = world(1000)
  await expect(untilAgreed(failing(9), edges)).rejects.toMatchObject({ code: '40001' })
  expect(told).toHaveLength(3)
})

test.each(['OC000', 'OC001', '40P01'])('%s is a conflict', async (code) => {
  expect(await untilAgreed(failing(1, code), world(1000).edges)).toBe('done')
})

test('every other error passes at once', async () => {
  const { edges, told } = world(60_000)
  await expect(untilAgreed(failing(1, '23505'), edges)).rejects.toMatchObject({ code: '23505' })
  expect(told).toEqual([])
})
