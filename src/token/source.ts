import { renewalAt, renewalPauseMs, type TokenLife, usableUntil } from './schedule.ts'

/** A signed token and its life. */
export interface Token extends TokenLife {
  value: string
}

/** Hands out a token that a login can use now. */
export interface TokenSource {
  get(): Promise<string>
}

interface SourceOptions {
  sign: () => Promise<Token>
  clock: () => number
  random: () => number
  /** Told of a renewal that failed while the last token still lives. */
  onRenewalFailed?: (error: unknown) => void
}

type State =
  | { kind: 'empty' }
  | { kind: 'signing'; flight: Promise<Token> }
  | { kind: 'fresh'; token: Token; renewAt: number }
  | { kind: 'renewing'; token: Token; flight: Promise<Token> }

/**
 * A token source that signs once for all who wait, renews ahead of time and keeps the last good token while it lives.
 *
 * It has no timer: every decision is made on use, by the clock, so a frozen process wakes up right.
 */
export function createTokenSource({ sign, clock, random, onRenewalFailed }: SourceOptions): TokenSource {
  let state: State = { kind: 'empty' }

  function take(token: Token): Token {
    state = { kind: 'fresh', token, renewAt: renewalAt(token, random()) }
    return token
  }

  function first(): Promise<Token> {
    const flight = sign().then(take, (error: unknown) => {
      state = { kind: 'empty' }
      throw error
    })
    state = { kind: 'signing', flight }
    return flight
  }

  function renew(last: Token): Promise<Token> {
    const flight = sign().then(take, (error: unknown) => {
      state = { kind: 'fresh', token: last, renewAt: clock() + renewalPauseMs }
      onRenewalFailed?.(error)
      throw error
    })
    flight.catch(() => undefined)
    state = { kind: 'renewing', token: last, flight }
    return flight
  }

  async function get(): Promise<string> {
    if (state.kind === 'empty') return (await first()).value
    if (state.kind === 'signing') return (await state.flight).value
    const { token } = state
    const lives = clock() < usableUntil(token)
    if (state.kind === 'renewing') return lives ? token.value : (await state.flight).value
    if (!lives) return (await first()).value
    if (clock() >= state.renewAt) void renew(token)
    return token.value
  }

  return { get }
}
