import type { ErrorRegistry } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { adviceOnLogin } from '../connect/advice.ts'
import { isPrismaIamError } from '../errors.ts'
import { StepFailure } from '../steps/failure.ts'
import { excerpt, type PrismaFailure, reportWords, type ServerName, type ServerReport, texts } from './error-texts.ts'
import { adviceOnPsql } from './psql-words.ts'
import type { RpcFailure } from './rpc.ts'
import { adviceOn, positionOf } from './step-place.ts'

/** Carries a failed migration file from the session to the answer; it never leaves this room. */
export class MigrationFailure extends Error {
  readonly migration: string
  readonly script: string

  constructor(migration: string, script: string, cause: unknown) {
    super(`Migration ${migration} failed`, { cause })
    this.migration = migration
    this.script = script
  }
}

/** Carries a lock that was not given in time. */
export class LockTimeout extends Error {
  readonly elapsedMs: number

  constructor(elapsedMs: number, cause: unknown) {
    super('The advisory lock was not given in time', { cause })
    this.elapsedMs = elapsedMs
  }
}

/** Carries what kept a shadow database from being made. */
export class ShadowFailure extends Error {
  constructor(cause: unknown) {
    super('The shadow database could not be made', { cause })
  }
}

/** Where WebAssembly put an error of ours into its own texts. */
const externalError = /(?:external connector error\s+)?External error id#(\d+)/i

/**
 * The answer to Prisma's CLI for whatever a method of the engine threw.
 *
 * The WebAssembly engine knows an error of the session only by a number; its place in the text is taken by what
 * happened. `panic` is the text of a panic that was noticed meanwhile.
 */
export function explain(
  thrown: unknown,
  errors: ErrorRegistry,
  server: ServerName | undefined,
  panic: string | undefined,
): RpcFailure {
  const { message, code, stack } = shape(thrown)
  if (panic !== undefined) return { is_panic: true, message: panic, backtrace: stack }
  const id = externalError.exec(message)?.[1]
  if (id === undefined) return { is_panic: false, message, ...(code === undefined ? {} : { error_code: code }) }
  const failure = describe(errors.consumeError(Number(id))?.error, server)
  // With a code of its own (P3006, P3014) the engine tells more than where the error came from.
  if (code !== undefined) {
    return { is_panic: false, error_code: code, message: message.replace(externalError, () => failure.message) }
  }
  return { is_panic: false, message: failure.message, ...('code' in failure ? { error_code: failure.code } : {}) }
}

/** What an error of the network, the server or this package means, with Prisma's code where Prisma has one. */
export function describe(error: unknown, server: ServerName = unknownServer): PrismaFailure | { message: string } {
  if (error instanceof MigrationFailure) return describeMigration(error)
  if (error instanceof LockTimeout) return texts.P1002(server, error.elapsedMs)
  if (error instanceof ShadowFailure) return texts.P3014(describe(error.cause, server).message)
  if (isPrismaIamError(error)) {
    if (error.code.startsWith('PRISMA_IAM_CONNECT_')) return texts.P1001(server, error.message)
    // Of options, the engine reads the URL alone.
    return error.code === 'PRISMA_IAM_CONFIG_INVALID' ? texts.P1013(error.message) : { message: error.message }
  }
  if (isReport(error)) return describeReport(error, server)
  const { message, code } = shape(error)
  if (code !== undefined && tlsCode.test(code)) return texts.P1011(advised(`${message} (${code})`, error))
  if (code !== undefined && unreachableCodes.has(code)) return texts.P1001(server, advised(message || code, error))
  if (tlsMessages.has(message)) return texts.P1011(advised(message, error))
  if (timeoutMessages.has(message)) return texts.P1001(server, message)
  if (code === 'ECONNRESET' || code === 'EPIPE' || /^Connection terminated|^Client has encountered/.test(message)) {
    return texts.P1017(message)
  }
  return { message }
}

/** The text of a failed migration, for the CLI and for `logs` in the history table. */
function describeMigration({ migration, script, cause }: MigrationFailure): PrismaFailure {
  const step = cause instanceof StepFailure ? cause : undefined
  const reason = step === undefined ? cause : step.cause
  const report = isReport(reason) ? reason : undefined
  const words = report === undefined ? describe(reason).message : reportWords(report)
  const position = step === undefined ? report?.position : positionOf(step, script, report?.position)
  const advice = step === undefined ? '' : `\n\n${adviceOn(step, migration)}`
  const ofPsql = adviceOnPsql(script, report?.code, position)
  return texts.P3018(migration, report?.code ?? 'none', `${words}${excerpt(script, position)}${ofPsql}${advice}`)
}

/** Puts the real text of a failed migration where the engine wrote only a number. */
export function fillLogs(logs: string, failure: MigrationFailure): string {
  return logs.replace(externalError, () => describeMigration(failure).message)
}

function describeReport(report: ServerReport, server: ServerName): PrismaFailure | { message: string } {
  const words = reportWords(report)
  switch (report.code) {
    case '28P01':
      return texts.P1000(server, `${words}\nHint: ${passwordAdvice}`)
    case '28000':
      return texts.P1010(server, /PAM/.test(words) ? `${words}\nHint: ${tokenAdvice}` : words)
    case '42501':
      // At the door it is the database that is closed to the user; behind it, some object is.
      return report.severity === 'FATAL' ? texts.P1010(server, words) : { message: words }
    case '3D000':
      return texts.P1003(server)
    case '57P01':
    case '57P02':
      return texts.P1017(words)
    case '57P03':
      return texts.P1001(server, words)
    default:
      return { message: words }
  }
}

/** Prisma's texts say what happened; what to do about it stands behind them. */
function advised(words: string, error: unknown): string {
  const advice = adviceOnLogin(error, { isDsql: false })
  return advice === undefined ? words : `${words}\nHint: ${advice}`
}

const passwordAdvice =
  'a role that logs in by token must exist and be a member of rds_iam; a password is that of `admin.password`, or of the URL'
/** RDS has one text for all of its reasons; the list of them stands in `connect/explain.ts`, which knows the token. */
const tokenAdvice = '`npx prisma-iam migrate --dry-run` tells what was signed, and what to look at'

function isReport(error: unknown): error is ServerReport {
  return error instanceof pg.DatabaseError && error.code !== undefined && error.severity !== undefined
}

function shape(error: unknown): { message: string; code?: string; stack: string } {
  if (!(error instanceof Error)) return { message: String(error), stack: '' }
  // Node gives several addresses' failures as one error without a text of its own.
  const told = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const code = 'code' in told && typeof told.code === 'string' ? { code: told.code } : {}
  return { message: told.message, stack: error.stack ?? '', ...code }
}

const unknownServer: ServerName = { host: 'unknown', port: 5432, user: 'unknown', database: 'unknown' }
const unreachableCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])
/** OpenSSL's verification results and Node's own TLS codes. */
const tlsCode = /^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_)/
/** Texts of pg 8.23.1, which has no codes for these. */
const tlsMessages = new Set([
  'The server does not support SSL connections',
  'There was an error establishing an SSL connection',
])
const timeoutMessages = new Set(['timeout expired', 'Connection terminated due to connection timeout'])
