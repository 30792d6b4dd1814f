import { PrismaIamError } from '../errors.ts'
import { describeToken, type TokenFacts } from '../token/describe.ts'
import { clockSkewFrom } from '../token/skew.ts'
import type { Door } from './door.ts'
import { isServerError, type ServerError } from './fate.ts'

/** A refused login in words that say what was shown at the door and what to look at; other errors as they came. */
export function explainRefusal(error: Error, door: Door): Error {
  const token = door.attempts.get(error)?.token
  const facts = token === undefined ? undefined : describeToken(token)
  if (facts === undefined || !isServerError(error)) return error
  if (door.service === 'dsql') return isDenial(error) ? explainDsql(error, facts, door) : error
  if (error.code === '28P01') return explainPassword(error, facts, door)
  return error.code === '28000' && /PAM/.test(error.message) ? explainRds(error, facts, door) : error
}

/** DSQL's denials were seen with 08006 and with 28000, so the text decides (2026-10-01). */
function isDenial({ message }: ServerError): boolean {
  return /access denied/i.test(message)
}

function explainDsql(error: ServerError, facts: TokenFacts, door: Door): PrismaIamError {
  const said = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
  const skewMs = clockSkewFrom(error.hint ?? '', door.clock())
  return refused(`${said} (${error.code})`, adviceOnDsql(error.hint ?? '', skewMs, door), error, [signed(facts, door)])
}

function adviceOnDsql(hint: string, skewMs: number | undefined, { place }: Door): string {
  if (skewMs !== undefined && Math.abs(skewMs) > 60_000) {
    return `this machine's clock is about ${inMinutes(skewMs)} ${skewMs > 0 ? 'behind' : 'ahead of'} the server's: set it by NTP`
  }
  const action = /not authorized to perform: (dsql:\w+)/.exec(hint)?.[1]
  if (action) return `allow ${action} on the cluster's ARN in the IAM policy of that identity`
  if (/Signature (expired|not yet)/i.test(hint)) return 'see whether the clocks agree, and that nothing keeps tokens'
  if (/Wrong user to action/i.test(hint)) return 'only the user whose name is exactly `admin` enters as the admin'
  const arn = /\barn:[\w-]+:iam::\d+:(?:role|user)\/[^\s']+/.exec(hint)?.[0] ?? 'ARN-OF-ITS-IAM-ROLE'
  return `map the identity to the role: add '${arn}' to \`iam\` of the role and run \`npx prisma-iam migrate\`, or as admin AWS IAM GRANT "${place.user}" TO '${arn}'`
}

function inMinutes(skewMs: number): string {
  const minutes = Math.round(Math.abs(skewMs) / 60_000)
  return `${minutes} minute${minutes === 1 ? '' : 's'}`
}

/** The reasons are those of the `iam-db-auth-error` log and AWS's troubleshooting page; the client is told none. */
function explainRds(error: ServerError, facts: TokenFacts, door: Door): PrismaIamError {
  const { user } = door.place
  return refused(
    `${error.message} (${error.code}). RDS refused the token and tells no client why`,
    'the CloudWatch log group `iam-db-auth-error` of the cluster, once exported, names the reason',
    error,
    [
      signed(facts, door),
      `the IAM policy of that key does not allow rds-db:connect on …:dbuser:RESOURCE-ID/${user}, where RESOURCE-ID is the cluster's (cluster-…), instance's (db-…) or proxy's (prx-…)`,
      'IAM database authentication is not switched on for the cluster, or was a moment ago',
      'the endpoint has another name, port or region than the token was signed for (a tunnel or CNAME needs `signHost` and `signPort`)',
      `the token was older than 15 minutes for the server: it was signed ${inSeconds(door.clock() - facts.signedAt)} ago by this machine's clock, which may be off`,
      'the credentials have ended, are disabled, or are of another account',
      'IAM logins are throttled, above 200 new ones a second',
    ],
  )
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

/** RDS asks for a password where the role is not a member of rds_iam (AWS's page on IAM database authentication). */
function explainPassword(error: ServerError, facts: TokenFacts, door: Door): PrismaIamError {
  return refused(
    `${error.message} (${error.code}): the server took the token for a password`,
    `declare the role in \`roles\` and run \`npx prisma-iam migrate\`, or as the admin GRANT rds_iam TO "${door.place.user}"; a role that does not exist is refused alike`,
    error,
    [signed(facts, door)],
  )
}

/** Of the key only its last four characters: enough to tell it from others. */
function signed(facts: TokenFacts, { place }: Door): string {
  const user = facts.user === undefined ? `${facts.action} as ${place.user}` : facts.user
  return `signed for ${facts.host}, ${user}, region ${facts.region}, by the access key …${facts.accessKeyId.slice(-4)}`
}

function refused(message: string, hint: string, cause: ServerError, problems: readonly string[]): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_CONNECT_REFUSED', message, { hint, cause, problems })
}
