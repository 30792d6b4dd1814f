import { stat } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSiblings } from '../../src/connect/siblings.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the connections of a pool', () => {
  it('are waited for one by one while they are on their way back, and no longer when none is', () => {
    const siblings = createSiblings('writer')
    const log: string[] = []
    siblings.whenBack(() => log.push('nobody away'))
    const back = [siblings.leave(), siblings.leave()]
    for (const name of ['first', 'second', 'third']) siblings.whenBack(() => log.push(name))
    expect(log).toEqual(['nobody away'])
    back[0]?.()
    expect(log).toEqual(['nobody away', 'first'])
    back[1]?.()
    expect(log).toEqual(['nobody away', 'first', 'second', 'third'])
  })

  it('are not waited for without end', async () => {
    const siblings = createSiblings('writer')
    const back = siblings.leave()
    let calls = 0
    siblings.whenBack(() => {
      calls += 1
    })
    await pause(150)
    expect(calls).toBe(1)
    back()
    expect(calls).toBe(1)
  })

  it('are waited for when it is this process that was busy, and has not read yet what was sent', async () => {
    const siblings = createSiblings('writer')
    const back = siblings.leave()
    const log: string[] = []
    siblings.whenBack(() => log.push('went on'))
    // Stands for the socket: done while the process is busy, told after the timers that are due.
    stat('/', () => {
      log.push('back')
      back()
    })
    const busyUntil = performance.now() + 200
    while (performance.now() < busyUntil);
    await pause(50)
    expect(log).toEqual(['back', 'went on'])
  })

  it('retire together when they reached the same server', () => {
    const siblings = createSiblings('writer')
    const retired: string[] = []
    const member = (name: string, server: string) => {
      const one = { server, retire: () => retired.push(name) }
      siblings.add(one)
      return one
    }
    const teller = member('teller', 'old')
    member('idle', 'old')
    member('new', 'new')
    siblings.delete(member('gone', 'old'))
    siblings.retire(teller, new Error('read-only'))
    expect(retired).toEqual(['teller', 'idle'])
  })
})
