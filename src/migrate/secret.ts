import type { AwsCredentials, CredentialProvider } from '../config/options.ts'
import { PrismaIamError } from '../errors.ts'

/** The login that a secret holds. */
export interface SecretLogin {
  /** Absent where the secret is a bare password. */
  username: string | undefined
  password: string
}

/** How Secrets Manager is reached; the SDK's aggregated client fits. */
export interface SecretsManager {
  getSecretValue(input: { SecretId: string }): Promise<{ SecretString?: string | undefined }>
}

/** Whose leave it is asked with. */
export interface SecretsManagerSettings {
  region: string
  credentials?: AwsCredentials | CredentialProvider
  profile?: string
}

/** Makes a client for Secrets Manager. */
export type LoadSecretsManager = (settings: SecretsManagerSettings) => Promise<SecretsManager>

/**
 * Reads a login from Secrets Manager: the JSON that RDS keeps for a master (`username`, `password`), or a bare password.
 *
 * @throws PRISMA_IAM_MIGRATE_SECRET; neither the error nor its cause holds anything of the secret.
 */
export async function readSecret(
  arn: string,
  settings: Omit<SecretsManagerSettings, 'region'>,
  load: LoadSecretsManager = (place) => loadFromSdk(place),
): Promise<SecretLogin> {
  const client = await load({ ...settings, region: regionOf(arn) })
  const { SecretString: text } = await client.getSecretValue({ SecretId: arn }).catch((cause: Error) => {
    throw secretError(`the secret ${arn} could not be read: ${cause.message} (${cause.name})`, adviceOn(cause), cause)
  })
  if (!text) throw secretError(`the secret ${arn} holds no text`, shapeHint)
  const login = parseLogin(text)
  if (login === undefined) throw secretError(`the secret ${arn} holds no password`, shapeHint)
  return login
}

/** Whether a text is the ARN of a secret, in any of AWS's partitions. */
export function isSecretArn(text: string): boolean {
  return arnShape.test(text)
}

const arnShape = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:\S+$/

function regionOf(arn: string): string {
  return arnShape.exec(arn)?.[1] ?? ''
}

/** A JSON error quotes what it could not read, so none is let out of here. */
function parseLogin(text: string): SecretLogin | undefined {
  if (!text.trimStart().startsWith('{')) return { username: undefined, password: text }
  try {
    const { username, password } = JSON.parse(text) as { username?: unknown; password?: unknown }
    if (typeof password !== 'string' || password === '') return undefined
    return { username: typeof username === 'string' && username !== '' ? username : undefined, password }
  } catch {
    return undefined
  }
}

const sdkName = '@aws-sdk/client-secrets-manager'

/**
 * The SDK's own client. The package is an optional peer, found where it is used, so that no bundle wants it.
 *
 * @throws PRISMA_IAM_MIGRATE_SECRET where it is not installed.
 */
export async function loadFromSdk(
  settings: SecretsManagerSettings,
  load: () => Promise<Sdk> = () => import(sdkName),
): Promise<SecretsManager> {
  const sdk = await load().catch((cause: unknown) => {
    const hint = `run \`npm install ${sdkName}\``
    throw secretError('`admin.secretArn` needs a package that is not installed', hint, cause)
  })
  return new sdk.SecretsManager(settings)
}

interface Sdk {
  SecretsManager: new (settings: SecretsManagerSettings) => SecretsManager
}

const shapeHint = 'it should be the JSON that RDS keeps, {"username": "…", "password": "…"}, or the bare password'

function adviceOn({ name }: Error): string {
  if (name === 'AccessDeniedException') {
    return 'allow secretsmanager:GetSecretValue on it, and kms:Decrypt on its key where that is not the default one'
  }
  if (name === 'ResourceNotFoundException') return 'see whether the ARN is whole, with the six letters at its end'
  return 'see whether this process has AWS credentials, and a way to Secrets Manager (an endpoint in the VPC)'
}

function secretError(fact: string, hint: string, cause?: unknown): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_MIGRATE_SECRET', fact, { hint, ...(cause === undefined ? {} : { cause }) })
}
