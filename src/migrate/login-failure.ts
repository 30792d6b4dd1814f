import type { Resolved } from '../config/resolved.ts'
import { adviceOnLogin } from '../connect/advice.ts'
import { isPrismaIamError, PrismaIamError } from '../errors.ts'

/**
 * What a login of the admin that failed means: who asked to be let in where, the server's words, and what to do. Errors of
 * tokens and credentials stay as they are.
 *
 * @param explained the failure as the runtime explains it; its cause becomes the cause.
 */
export function loginFailure(
  explained: unknown,
  database: string,
  { user, verify, dial, endpoint }: Resolved,
): unknown {
  const isOurs = isPrismaIamError(explained)
  if (isOurs && !explained.code.startsWith('PRISMA_IAM_CONNECT_')) return explained
  const hint = isOurs ? explained.hint : adviceOnLogin(explained, { isDsql: endpoint.service === 'dsql' })
  const isThere = dial.host === verify.host && dial.port === verify.port
  const through = isThere ? '' : ` (dialled ${dial.host}:${dial.port})`
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_LOGIN',
    `${user} could not log in to ${database} at ${verify.host}:${verify.port}${through}: ${wordsOf(explained)}`,
    {
      ...(hint === undefined ? {} : { hint }),
      problems: isOurs ? explained.problems : [],
      cause: isOurs ? explained.cause : explained,
    },
  )
}

/** Node answers a host of several addresses, none of which works, by an error that has no message of its own. */
function wordsOf(error: unknown): string {
  if (isPrismaIamError(error)) return headline(error)
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join(', ')
  const { message = String(error), code, hint } = error as { message?: string; code?: string; hint?: string }
  const said = hint === undefined ? message : `${message}. ${hint}`
  return code === undefined || said.includes(code) ? said : `${said} (${code})`
}

/** The message without the problems and the hint that follow it. */
function headline({ message, problems, hint }: PrismaIamError): string {
  const rest = [...problems.map((problem) => `  - ${problem}`), ...(hint ? [`Hint: ${hint}`] : [])]
  return message.slice(0, message.length - rest.join('\n').length).trimEnd()
}
