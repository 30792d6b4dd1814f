/**
 * Every code that a {@link PrismaIamError} can carry, with one sentence on what it means.
 * `docs/errors.md` is written from this table.
 */
export const errorCodes = {
  PRISMA_IAM_CONFIG_INVALID: 'Options, environment or config file do not make a connection; every problem is listed.',
  PRISMA_IAM_CONFIG_LOAD: 'The config file could not be found, read or run.',
  PRISMA_IAM_TOKEN_CREDENTIALS: 'No usable AWS credentials were found to sign a token with.',
  PRISMA_IAM_TOKEN_SIGN: 'The AWS signer failed to make a token.',
  PRISMA_IAM_CONNECT_TRUST: 'No current root certificate is known for this endpoint; `tls.caFile` is needed.',
  PRISMA_IAM_CONNECT_REFUSED: 'The server refused the login.',
  PRISMA_IAM_CONNECT_TIMEOUT: 'No connection was made within the time allowed.',
  PRISMA_IAM_CONNECT_UNAVAILABLE: 'The server is waking up or throttling, and stayed so while it was asked again.',
  PRISMA_IAM_CONNECT_ROLLED_BACK: 'A transaction was to be committed after one of its statements had failed.',
  PRISMA_IAM_ADAPTER_TRANSACTION: 'The server has no transaction of the kind that was asked for.',
  PRISMA_IAM_SQL_UNQUOTABLE: 'A name or text cannot stand in SQL: empty, too long, or not sendable.',
  PRISMA_IAM_SQL_UNREADABLE: 'A script has a quote or comment that never ends, or what cannot be sent, such as a NUL.',
  PRISMA_IAM_ENGINE_UNSUPPORTED: 'The schema engine was asked for something that it does not do.',
  PRISMA_IAM_ENGINE_LOGIN: 'The schema engine was started without a way to log in.',
  PRISMA_IAM_ENGINE_ENCODING: 'A migration file that is still to be applied is not plain UTF-8.',
  PRISMA_IAM_ENGINE_SHADOW: 'The shadow database is the main one under another name, or there is no place to make one.',
  PRISMA_IAM_STEPS_CHANGED: 'A migration or hook that is half done was changed in a part that has run.',
  PRISMA_IAM_STEPS_JOB: 'A job of the server, as for an index, did not do its work.',
  PRISMA_IAM_STEPS_REFUSED: 'A migration or hook holds what the server is known to refuse; nothing was run.',
  PRISMA_IAM_STEPS_UNENDED: 'A migration opens a transaction that it never ends.',
  PRISMA_IAM_MIGRATE_PRISMA_MISSING: "The project's own Prisma CLI was not found.",
  PRISMA_IAM_MIGRATE_PRISMA_VERSION: "The project's Prisma CLI is of a major version that this release does not drive.",
  PRISMA_IAM_MIGRATE_LOGIN: 'The admin could not log in.',
  PRISMA_IAM_MIGRATE_SECRET: "The admin's secret could not be read from Secrets Manager, or holds no login.",
  PRISMA_IAM_MIGRATE_SESSION: 'The database ended a session of the deploy, or the network did.',
  PRISMA_IAM_MIGRATE_FILES:
    'The folder of the migrations is missing, or holds what looks like a migration and is none.',
  PRISMA_IAM_MIGRATE_UNRESOLVED:
    'A migration failed in an earlier deploy and was not resolved (P3009); nothing was done.',
  PRISMA_IAM_MIGRATE_CHANGED: 'A migration was changed after it was applied; nothing was done.',
  PRISMA_IAM_MIGRATE_FAILED: 'Prisma did not apply the migrations.',
  PRISMA_IAM_MIGRATE_INCOMPLETE: 'Prisma ended, but the history table does not hold every migration as applied.',
  PRISMA_IAM_MIGRATE_HISTORY: "Prisma's history table may not be read by the admin.",
  PRISMA_IAM_MIGRATE_DATABASE: 'The database of the config does not exist and could not be made.',
  PRISMA_IAM_MIGRATE_LOCK: 'The deploy lock could not be taken in time.',
  PRISMA_IAM_MIGRATE_LOCK_LOST: 'The deploy lock was lost, or went to another deploy; nothing more is sent.',
  PRISMA_IAM_MIGRATE_HOOK: 'A hook file failed.',
  PRISMA_IAM_ROLES_INVALID: 'The declared roles contradict themselves or the database.',
  PRISMA_IAM_ROLES_LOCKOUT: 'A declared change would take the admin its password login.',
  PRISMA_IAM_ROLES_APPLY: 'A statement for a role was refused by the database.',
  PRISMA_IAM_ROLES_UNKNOWN: 'There is no role, or no mapped ARN, of the name that was given.',
  PRISMA_IAM_ROLES_PROTECTED: 'Access cannot be taken from that role, or not in that way.',
  PRISMA_IAM_ROLES_REPORT: 'The report of who may do what could not be written.',
  PRISMA_IAM_ROLES_VERIFY: 'After applying, the roles read back differ from the declared ones.',
} as const satisfies Record<string, string>

/** The union of all error codes; match on it, not on messages. */
export type ErrorCode = keyof typeof errorCodes

/** What an error is made of beside its code and message. */
export interface ErrorDetails {
  /** What to type or change, in one sentence. */
  hint?: string
  /** Every separate problem, when there can be several. */
  problems?: readonly string[]
  /** The error underneath, kept as it came. */
  cause?: unknown
}

const brand: unique symbol = Symbol.for('prisma-iam.error') as never

/**
 * The one error class of this package.
 *
 * The hint is part of `message`, because Prisma hands on an error's message and drops its class, hint and cause.
 * `meta` repeats code and hint where Prisma hands on `meta`.
 *
 * @example
 * ```ts
 * import { isPrismaIamError } from 'prisma-iam'
 * try { await prisma.order.count() } catch (error) {
 *   if (isPrismaIamError(error) && error.code === 'PRISMA_IAM_TOKEN_CREDENTIALS') console.error(error.hint)
 * }
 * ```
 */
export class PrismaIamError extends Error {
  override readonly name = 'PrismaIamError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly problems: readonly string[]
  readonly meta: { code: ErrorCode; hint?: string }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { hint, problems = [], cause } = details
    const lines = [message, ...problems.map((problem) => `  - ${problem}`), ...(hint ? [`Hint: ${hint}`] : [])]
    super(lines.join('\n'), cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    this.problems = problems
    this.meta = hint === undefined ? { code } : { code, hint }
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Tells a {@link PrismaIamError} from anything else, also across duplicate copies of this package. */
export function isPrismaIamError(error: unknown): error is PrismaIamError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true
}
