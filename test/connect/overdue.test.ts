import { describe, expect, it } from 'vitest'
import type { Age, Capacity } from '../../src/connect/door.ts'
import { isOverdue } from '../../src/connect/overdue.ts'

const minute = 60_000
const capacity: Capacity = {
  idleCount: 1,
  waitingCount: 0,
  totalCount: 1,
  options: { max: 1, min: 0, idleTimeoutMillis: 10_000 },
}
const overdue = (age: Age, now: number, pool = capacity, longestLifeSeconds?: number) =>
  isOverdue(age, pool, { clock: () => now, longestLifeSeconds })

describe('an idle connection', () => {
  it('is overdue when its idle time has been over for a second by the clock', () => {
    const age = { openedAt: 0, idleSince: minute }
    expect(overdue(age, minute + 10_900)).toBe(false)
    expect(overdue(age, minute + 11_100)).toBe(true)
  })

  it('is overdue when it is older than the server allows, however busy it was', () => {
    const age = { openedAt: 0, idleSince: 60 * minute }
    expect(overdue(age, 60 * minute)).toBe(false)
    expect(overdue(age, 60 * minute, capacity, 55 * 60)).toBe(true)
    expect(overdue(age, 60 * minute, capacity, 61 * 60)).toBe(false)
  })

  it('may be idle for ever where the pool says so, or where it is one of those that the pool keeps', () => {
    const age = { openedAt: 0, idleSince: 0 }
    expect(overdue(age, 60 * minute, { ...capacity, options: { max: 1, idleTimeoutMillis: 0 } })).toBe(false)
    expect(overdue(age, 60 * minute, { ...capacity, options: { ...capacity.options, min: 1 } })).toBe(false)
    expect(overdue(age, 60 * minute, { ...capacity, totalCount: 2, options: { ...capacity.options, min: 1 } })).toBe(
      true,
    )
  })

  it('is never overdue before its first use', () => {
    expect(overdue({ openedAt: 0 }, 60 * minute, capacity, 1)).toBe(false)
  })
})
