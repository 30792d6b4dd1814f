import { describe, expect, it } from 'vitest'
import { createPace, type Pace, paceOf } from '../../src/connect/pacing.ts'

function setUp(connectionsPerSecond: number, burst: number) {
  const world = { now: 5_000 }
  return { world, pace: createPace({ connectionsPerSecond, burst }, () => world.now) }
}

const times = (count: number, pace: Pace) => Array.from({ length: count }, () => pace(Number.POSITIVE_INFINITY))

describe('the pace of new connections', () => {
  it('lets a burst through at once and spreads the rest over time, first come, first served', () => {
    const { pace } = setUp(100, 1000)
    expect(new Set(times(1000, pace))).toEqual(new Set([0]))
    expect(times(3, pace)).toEqual([10, 20, 30])
  })

  it('fills up again with time, but never beyond the burst', () => {
    const { world, pace } = setUp(10, 2)
    expect(times(3, pace)).toEqual([0, 0, 100])
    world.now += 200
    expect(times(2, pace)).toEqual([0, 100])
    world.now += 3_600_000
    expect(times(4, pace)).toEqual([0, 0, 100, 200])
  })

  it('stays below the limit over any second, after the burst', () => {
    const { world, pace } = setUp(100, 50)
    const starts: number[] = []
    for (let step = 0; step < 1000; step += 1) {
      world.now += 1
      starts.push(world.now + pace(60_000))
    }
    const from = starts.slice(200)[0] ?? 0
    expect(starts.filter((start) => start >= from && start < from + 1000).length).toBeLessThanOrEqual(101)
  })

  it('keeps no place for those who would not wait that long', () => {
    const { pace } = setUp(1, 1)
    expect([pace(500), pace(500), pace(500), pace(1000), pace(1000)]).toEqual([0, 1000, 1000, 1000, 2000])
  })

  it('is one for all pools of an endpoint, and none where no limit is known', () => {
    const pacing = { connectionsPerSecond: 1, burst: 1 }
    const address = { host: 'paced.example', port: 5432 }
    expect(paceOf(address, pacing)(60_000)).toBe(0)
    expect(paceOf(address, pacing)(60_000)).toBeGreaterThan(900)
    expect(paceOf({ ...address, host: 'other.example' }, pacing)(60_000)).toBe(0)
    expect(times(10_000, paceOf(address, undefined)).every((wait) => wait === 0)).toBe(true)
  })
})
