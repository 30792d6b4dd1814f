import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { started } from './started.ts'

test.each([0, 100])('stop() in the middle of a restart, after %i ms, leaves nothing behind', async (afterMs) => {
  const { emulator, stop } = await started({ service: 'rds' })
  const restarted = emulator.faults.restart({ downMs: afterMs === 0 ? 60_000 : 50 }).then(
    () => 'restarted',
    (error: Error) => error.name,
  )
  await sleep(afterMs)
  await stop()
  expect(['restarted', 'AbortError']).toContain(await restarted)
  expect(existsSync(dirname(emulator.superuser.host))).toBe(false)
  const [error] = await once(connect(emulator.port, '127.0.0.1'), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
})

test('stop() ends frozen connections and logins that wait', async () => {
  const { emulator, connect: logIn, stop } = await started({ service: 'rds' })
  const client = await logIn()
  const ended = once(client, 'end')
  emulator.faults.delayLogins(60_000)
  const waiting = logIn().catch((error: Error) => error)
  await sleep(50)
  emulator.faults.freeze()
  const late = logIn().catch((error: Error) => error)
  await sleep(50)
  const begun = performance.now()
  await stop()
  await ended
  expect([await waiting, await late]).toEqual([expect.any(Error), expect.any(Error)])
  expect(performance.now() - begun).toBeLessThan(3_000)
})
