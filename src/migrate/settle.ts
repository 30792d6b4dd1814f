import { setTimeout as pause } from 'node:timers/promises'

/** How long a deploy waits for roles that may log in by IAM since a moment ago. */
export interface SettleOptions {
  /** Tries a login as the role: let in, refused, or not to be found out from here. */
  probe: (role: string) => Promise<Probe>
  /** How long at most, in milliseconds. */
  waitMs: number
  signal?: AbortSignal | undefined
  /** The time in milliseconds, from any start. Default `performance.now`. */
  clock?: () => number
  /** Default a real timer. */
  sleep?: (ms: number) => Promise<unknown>
}

/** What a login as a role has shown. */
export type Probe = 'in' | 'refused' | 'unknown'

const pauseMs = 2000

/**
 * Waits until AWS lets in every role, or the time is over: for tens of seconds after the first grant of `rds_iam` it
 * refuses its logins (reported in awslabs/nx-plugin-for-aws#867, read 2026-08; AWS names no time).
 *
 * A refusal may as well mean that these credentials may not connect as the role, which looks the same from outside.
 *
 * @returns the roles whose login was not seen to work.
 * @throws the signal's reason when it came.
 */
export async function settle(roles: readonly string[], options: SettleOptions): Promise<string[]> {
  const { probe, waitMs, signal, clock = () => performance.now() } = options
  const { sleep = (ms) => pause(ms, undefined, { signal }) } = options
  const deadline = clock() + waitMs
  let open = [...roles]
  let asked = open
  for (;;) {
    signal?.throwIfAborted()
    const answers = await Promise.all(asked.map(async (role) => ({ role, answer: await probe(role) })))
    open = open.filter((role) => !answers.some((one) => one.role === role && one.answer === 'in'))
    asked = answers.filter(({ answer }) => answer === 'refused').map(({ role }) => role)
    const left = deadline - clock()
    if (open.length === 0 || left <= 0) return open
    await sleep(Math.min(pauseMs, left)).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
  }
}
