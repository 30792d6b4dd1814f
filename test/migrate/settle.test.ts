import { expect, test } from 'vitest'
import { type Probe, settle } from '../../src/migrate/settle.ts'

/** A world of logins by a script: what each role is answered, the last one for good. */
function world(answers: Record<string, Probe[]>, waitMs = 10_000) {
  let now = 0
  const asked: string[] = []
  const probe = async (role: string): Promise<Probe> => {
    asked.push(`${role}@${now}`)
    const script = answers[role] ?? []
    return (script.length > 1 ? script.shift() : script[0]) ?? 'unknown'
  }
  const sleep = async (ms: number) => {
    now += ms
  }
  return { options: { probe, waitMs, clock: () => now, sleep }, asked, now: () => now }
}

test('who is let in at once is not waited for', async () => {
  const { options, now } = world({ app: ['in'] })
  expect(await settle(['app'], options)).toEqual([])
  expect(now()).toBe(0)
})

test('who is refused is asked again until AWS lets it in; who was let in is not asked again', async () => {
  const { options, asked } = world({ app: ['refused', 'refused', 'in'], reports: ['in'] })
  expect(await settle(['app', 'reports'], options)).toEqual([])
  expect(asked).toEqual(['app@0', 'reports@0', 'app@2000', 'app@4000'])
})

test('what cannot be found out is waited for in full, and named', async () => {
  const { options, asked, now } = world({ app: ['unknown'], reports: ['refused'] }, 5000)
  expect(await settle(['app', 'reports'], options)).toEqual(['app', 'reports'])
  expect(now()).toBe(5000)
  expect(asked.filter((one) => one.startsWith('app'))).toEqual(['app@0'])
})

test('a signal ends the waiting', async () => {
  const controller = new AbortController()
  const { options } = world({ app: ['refused'] })
  controller.abort(new Error('enough'))
  await expect(settle(['app'], { ...options, signal: controller.signal })).rejects.toThrow('enough')
  const later = AbortSignal.timeout(20)
  const real = settle(['app'], { probe: async () => 'refused', waitMs: 60_000, signal: later })
  await expect(real).rejects.toMatchObject({ name: 'TimeoutError' })
})
