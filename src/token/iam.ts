import type { IamAuth } from '../config/auth.ts'
import type { Edges } from '../config/options.ts'
import type { Resolved } from '../config/resolved.ts'
import { PrismaIamError } from '../errors.ts'
import { events } from '../events.ts'
import { createCredentialSource } from './credentials.ts'
import { expiryOf } from './schedule.ts'
import { sharedSource } from './shared.ts'
import { dsqlAction, type Sign, signWithAws, type TokenRequest } from './sign.ts'
import { signAt } from './sign-at.ts'
import { createTokenSource, type Token, type TokenSource } from './source.ts'

/**
 * The tokens of an IAM login: one source a process for all who are the same to the server.
 *
 * Same are service, host, port, region, user (on DSQL the action: its tokens name no user), lifetime and credentials,
 * a provider or an object of keys being the same when it is the very same one.
 */
export function iamTokens(
  auth: IamAuth,
  { user, verify }: Pick<Resolved, 'user' | 'verify'>,
  edges: Edges = {},
): TokenSource {
  const { service, region, tokenLifetimeMs: lifetimeMs } = auth
  const request: TokenRequest = { service, region, host: verify.host, port: verify.port, user, lifetimeMs }
  const whom = service === 'rds' ? [verify.port, user] : [dsqlAction(user)]
  return sharedSource(
    [auth.credentials ?? chain, edges.clock ?? Date.now],
    JSON.stringify([service, verify.host, region, lifetimeMs, auth.profile, ...whom]),
    () => createSource(auth, request, edges),
  )
}

function createSource(auth: IamAuth, request: TokenRequest, edges: Edges): TokenSource {
  const { service, region, host, user } = request
  const { clock = Date.now, random = Math.random } = edges
  const credentialsAt = createCredentialSource(auth.credentials, auth.profile)
  const sign = edges.clock === undefined ? signWithAws : signAt
  return createTokenSource({
    clock,
    random,
    sign: async () => {
      const token = await signToken(sign, request, await credentialsAt(clock()), clock())
      events.tokenSigned.publish({ service, region, host, user, expiresAt: token.expiresAt })
      return token
    },
    onRenewalFailed: (error) => events.tokenRenewalFailed.publish({ service, host, user, error }),
  })
}

/** Stands for AWS's default chain where a provider would stand. */
const chain = {}

type Credentials = Parameters<Sign>[1]

async function signToken(sign: Sign, request: TokenRequest, credentials: Credentials, now: number): Promise<Token> {
  try {
    const value = await sign(request, credentials, now)
    return { value, signedAt: now, expiresAt: expiryOf(now, request.lifetimeMs, credentials.expiration) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PrismaIamError('PRISMA_IAM_TOKEN_SIGN', `the AWS signer made no token for ${request.host}: ${reason}`, {
      cause,
    })
  }
}
