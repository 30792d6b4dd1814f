import { expect, test } from 'vitest'
import { waitForJob } from '../../src/steps/job.ts'
import type { Progress } from '../../src/steps/progress.ts'
import type { Scene } from '../../src/steps/scene.ts'

/** A cluster whose job is found in these states, one look after the other; time passes by sleeping alone. */
function cluster(...states: (readonly [status: string, details: string | null] | undefined)[]) {
  let now = 0
  const told: Progress[] = []
  const slept: number[] = []
  const scene = {
    session: {
      query: async () => ({ rows: [states.shift()].flatMap((row) => (row === undefined ? [] : [row])) }),
      script: async () => {},
    },
    edges: {
      clock: () => now,
      random: () => 0,
      sleep: async (ms: number) => {
        now += ms
        slept.push(ms)
      },
      report: (progress: Progress) => told.push(progress),
      conflictBudgetMs: 0,
    },
  } as unknown as Scene
  return { scene, told, slept }
}

test('a job is waited for until it has ended, at growing intervals, and reported every ten seconds', async () => {
  const running = ['submitted', ...Array.from({ length: 9 }, () => 'processing')]
  const { scene, told, slept } = cluster(...running.map((status) => [status, null] as const), ['completed', null])
  await waitForJob('j', 'the index i', scene)
  expect(slept).toEqual([100, 200, 400, 800, 1600, ...Array.from({ length: 5 }, () => 2000)])
  const waiting = { kind: 'waiting', job: 'j', of: 'the index i' }
  expect(told).toEqual([
    { ...waiting, status: 'submitted', elapsedMs: 0 },
    { ...waiting, status: 'processing', elapsedMs: 11_100 },
  ])
})

test('a job that is not listed any more has ended', async () => {
  const { scene, told } = cluster(undefined)
  await waitForJob('j', 'the index i', scene)
  expect(told).toEqual([])
})

test.each(['failed', 'cancelled'])('a job that %s is told with its own words', async (status) => {
  const { scene } = cluster(['processing', null], [status, 'duplicate key'])
  await expect(waitForJob('j', 'the index i', scene)).rejects.toMatchObject({
    code: 'PRISMA_IAM_STEPS_JOB',
    message: expect.stringContaining('the index i failed: duplicate key'),
  })
})
