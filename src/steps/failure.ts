import { isPrismaIamError } from '../errors.ts'
import type { Place, Step } from './step.ts'

/** A statement that the server, or the way to it, did not let through. */
export class StatementFailure extends Error {
  /** The text as it was sent; the server's position counts in it. */
  readonly sent: string

  constructor(sent: string, cause: unknown) {
    super('A statement failed', { cause })
    this.sent = sent
  }
}

/** A step that ended a run: which one, where it stands, and why. */
export class StepFailure extends Error {
  readonly place: Place
  /** Counted from 1. */
  readonly number: number
  readonly of: number
  /** The text that was sent, where one statement is to blame. */
  readonly sent: string | undefined

  constructor(step: Step, number: number, of: number, cause: unknown) {
    super(`Step ${number} of ${of} failed`, { cause: cause instanceof StatementFailure ? cause.cause : cause })
    this.place = step.place
    this.number = number
    this.of = of
    this.sent = cause instanceof StatementFailure ? cause.sent : undefined
  }
}

/** The SQLSTATE of a server's report. */
export function sqlState(error: unknown): string | undefined {
  const report = error instanceof StatementFailure ? error.cause : error
  if (!(report instanceof Error) || !('severity' in report) || !('code' in report)) return undefined
  return typeof report.code === 'string' ? report.code : undefined
}

/**
 * Tells whether a step surely took no effect: the server refused it, or its job ended badly.
 *
 * After anything else (a lost connection, a server that went down, DSQL's `server unavailable`) the outcome is open.
 */
export function isRefusal(error: unknown): boolean {
  if (isPrismaIamError(error)) return true
  const code = sqlState(error)
  return code !== undefined && !/^(08|57P|58|XX)/.test(code)
}
