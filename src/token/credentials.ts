import type { AwsCredentials, CredentialProvider } from '../config/options.ts'
import { PrismaIamError } from '../errors.ts'
import { patienceMs } from './schedule.ts'

/** Gives credentials that are good for a while yet. */
export type CredentialSource = (now: number) => Promise<AwsCredentials>

/** Makes AWS's default provider chain for a profile. */
export type LoadChain = (profile: string | undefined) => Promise<CredentialProvider>

/** The chain refreshes in the background what has under five minutes left (credential-provider-node 3.972). */
const shortestUsefulLifeMs = 5 * 60_000

/**
 * Credentials from what the user gave: an object, a provider, or AWS's default chain.
 *
 * @throws PRISMA_IAM_TOKEN_CREDENTIALS when there are none, or rubbish, or they have ended.
 */
export function createCredentialSource(
  given: AwsCredentials | CredentialProvider | undefined,
  profile: string | undefined,
  loadChain: LoadChain = sharedChain,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CredentialSource {
  return async (now) => {
    try {
      const provide = await providerOf(given, profile, loadChain, now)
      return check(await longerOf(provide, now), now)
    } catch (error) {
      throw credentialsError(error, profile ?? (given === undefined ? environment.AWS_PROFILE || undefined : undefined))
    }
  }
}

async function providerOf(
  given: AwsCredentials | CredentialProvider | undefined,
  profile: string | undefined,
  loadChain: LoadChain,
  now: number,
): Promise<CredentialProvider> {
  if (typeof given === 'function') return inOneFlight(given, now)
  if (given !== undefined) return async () => given
  return loadChain(profile)
}

interface Flight {
  answer: Promise<AwsCredentials>
  since: number
}

const flights = new WeakMap<CredentialProvider, Flight>()

/**
 * Asks a provider once for all endpoints that ask at the same time, a writer and its readers. An answer is not kept: who
 * asks because a server refused the last one shall get what the provider has now.
 */
function inOneFlight(provide: CredentialProvider, now: number): CredentialProvider {
  return async (options) => {
    if (options?.forceRefresh) return await provide(options)
    const running = flights.get(provide)
    if (running !== undefined && Math.abs(now - running.since) <= patienceMs) return await running.answer
    const flight = { answer: Promise.resolve().then(() => provide()), since: now }
    flights.set(provide, flight)
    try {
      return await flight.answer
    } finally {
      if (flights.get(provide) === flight) flights.delete(provide)
    }
  }
}

/** DsqlSigner signs with credentials about to end; asking once more by force is what rds-signer does (3.1169). */
async function longerOf(provide: CredentialProvider, now: number): Promise<AwsCredentials> {
  const credentials = await provide()
  if (!endsBefore(credentials, now + shortestUsefulLifeMs)) return credentials
  const refreshed = await provide({ forceRefresh: true }).catch(() => credentials)
  return endsBefore(refreshed, credentials.expiration?.getTime() ?? 0) ? credentials : refreshed
}

function endsBefore(credentials: AwsCredentials, time: number): boolean {
  const end = credentials?.expiration
  return end instanceof Date && end.getTime() < time
}

function check(credentials: AwsCredentials, now: number): AwsCredentials {
  const complete = typeof credentials?.accessKeyId === 'string' && typeof credentials.secretAccessKey === 'string'
  if (!complete || credentials.accessKeyId === '' || credentials.secretAccessKey === '') {
    throw new Error('the provider returned no access key')
  }
  const { expiration } = credentials
  if (expiration !== undefined && !(expiration instanceof Date && !Number.isNaN(expiration.getTime()))) {
    throw new Error('the provider returned an `expiration` that is no date')
  }
  if (endsBefore(credentials, now)) {
    throw new Error(`the credentials ended at ${expiration?.toISOString()}`)
  }
  return credentials
}

const chains = new Map<string, Promise<CredentialProvider>>()

/** One chain a process and profile: a chain of one's own per token would ask STS, SSO or IMDS for each. */
function sharedChain(profile: string | undefined): Promise<CredentialProvider> {
  const key = profile ?? ''
  const known = chains.get(key)
  if (known) return known
  const chain = import('@aws-sdk/credential-provider-node').then(
    ({ defaultProvider }): CredentialProvider => defaultProvider(profile === undefined ? {} : { profile }),
  )
  chains.set(key, chain)
  chain.catch(() => chains.delete(key))
  return chain
}

function credentialsError(cause: unknown, profile: string | undefined): PrismaIamError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const where = profile === undefined ? '' : ` for profile ${profile}`
  return new PrismaIamError('PRISMA_IAM_TOKEN_CREDENTIALS', `no AWS credentials to sign with${where}: ${reason}`, {
    hint: hintFor(reason, profile),
    cause,
  })
}

/** Texts of the provider packages, as executed on 2026-11-21. */
function hintFor(reason: string, profile: string | undefined): string {
  const flag = profile === undefined ? '' : ` --profile ${profile}`
  if (/sso login|SSO session/i.test(reason)) return `run \`aws sso login${flag}\``
  if (/using aws login|aws login/i.test(reason)) return `run \`aws login${flag}\``
  if (/multi-factor/i.test(reason))
    return 'export a session of that role, or pass a provider with an MFA code as `credentials`'
  if (/ended at|expired/i.test(reason)) return 'renew the session that the credentials come from'
  const known =
    profile === undefined ? '' : `, and \`aws configure list-profiles\` to see whether there is a profile ${profile}`
  return `run \`aws sts get-caller-identity${flag}\` to see which credentials this process has${known}`
}
