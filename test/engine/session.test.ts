import { expect, test, vi } from 'vitest'
import { endWith, type Session } from '../../src/engine/session.ts'

function recording() {
  const calls: string[] = []
  const running: (() => void)[] = []
  const session: Session = {
    query: () => Promise.reject(new Error('not part of this test')),
    script: (text) => {
      calls.push(text)
      return new Promise((resolve) => running.push(resolve))
    },
    end: async () => void calls.push('end'),
  }
  return { session, calls, finishRunning: () => running.shift()?.() }
}

test('the running statement ends, the next is never sent, then the session ends', async () => {
  const { session, calls, finishRunning } = recording()
  const onGone = vi.fn()
  let leave = () => {}
  const gone = new Promise<void>((resolve) => {
    leave = resolve
  })
  const guarded = endWith(session, gone, onGone)
  const both = guarded.script('first').then(() => guarded.script('second'))
  leave()
  await gone
  expect(calls).toEqual(['first'])
  expect(onGone).not.toHaveBeenCalled()
  finishRunning()
  await vi.waitFor(() => expect(onGone).toHaveBeenCalledOnce())
  expect(calls).toEqual(['first', 'end'])
  expect(await Promise.race([both.then(() => 'answered'), 'never answered'])).toBe('never answered')
})

test('a session whose wrapper stays is left alone', async () => {
  const { session, calls, finishRunning } = recording()
  const guarded = endWith(session, new Promise(() => {}), vi.fn())
  const sent = guarded.script('first')
  finishRunning()
  await sent
  await guarded.end()
  expect(calls).toEqual(['first', 'end'])
})
