import { isUsable, patienceMs, renewalAt, renewalPauseMs, type TokenLife } from './schedule.ts'

/** A signed token and its life. */
export interface Token extends TokenLife {
  value: string
}

/** Hands out a token that a login can use now. */
export interface TokenSource {
  get(): Promise<string>
  /** Forgets a token that a server refused, unless it was replaced already; the next `get` signs anew. */
  forget(value: string): void
}

interface SourceOptions {
  sign: () => Promise<Token>
  clock: () => number
  random: () => number
  /** Told of a renewal that failed while the last token still lives. */
  onRenewalFailed?: (error: unknown) => void
}

interface Flight {
  token: Promise<Token>
  since: number
}

type State =
  | { kind: 'empty' }
  | { kind: 'signing'; flight: Flight }
  | { kind: 'fresh'; token: Token; renewAt: number }
  | { kind: 'renewing'; token: Token; flight: Flight }

/**
 * A token source that signs once for all who wait, renews ahead of time and keeps the last good token while it lives.
 *
 * It has no timer: every decision is made on use, by the clock, so a frozen process wakes up right, and a provider that
 * hangs is asked again by those who come after `patienceMs`.
 */
export function createTokenSource({ sign, clock, random, onRenewalFailed }: SourceOptions): TokenSource {
  let state: State = { kind: 'empty' }

  /** The token of a flight that was given up counts too when it comes, unless there is one that lives longer. */
  function take(token: Token): Token {
    if (!('token' in state) || !isUsable(state.token, clock()) || token.expiresAt >= state.token.expiresAt)
      state = { kind: 'fresh', token, renewAt: renewalAt(token, random()) }
    return token
  }

  function fly(onFailure: (flight: Flight) => void): Flight {
    const flight: Flight = {
      since: clock(),
      token: sign().then(take, (error: unknown) => {
        onFailure(flight)
        throw error
      }),
    }
    flight.token.catch(() => undefined)
    return flight
  }

  function first(): Promise<Token> {
    const flight = fly((failed) => {
      if (state.kind === 'signing' && state.flight === failed) state = { kind: 'empty' }
    })
    state = { kind: 'signing', flight }
    return flight.token
  }

  function renew(last: Token): void {
    const flight = fly((failed) => {
      if (state.kind === 'renewing' && state.flight === failed)
        state = { kind: 'fresh', token: last, renewAt: clock() + renewalPauseMs }
    })
    if (onRenewalFailed) flight.token.catch(onRenewalFailed)
    state = { kind: 'renewing', token: last, flight }
  }

  const isHanging = ({ since }: Flight) => Math.abs(clock() - since) > patienceMs

  async function get(): Promise<string> {
    if (state.kind === 'empty') return (await first()).value
    if (state.kind === 'signing') return (await (isHanging(state.flight) ? first() : state.flight.token)).value
    const { token } = state
    if (isUsable(token, clock())) {
      if (state.kind === 'renewing' ? isHanging(state.flight) : clock() >= state.renewAt) renew(token)
      return token.value
    }
    const renewing = state.kind === 'renewing' && !isHanging(state.flight) ? state.flight.token : first()
    return (await renewing).value
  }

  return {
    get,
    forget(value) {
      if (state.kind === 'fresh' && state.token.value === value) state = { kind: 'empty' }
      else if (state.kind === 'renewing' && state.token.value === value)
        state = { kind: 'signing', flight: state.flight }
    },
  }
}
