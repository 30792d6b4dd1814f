import { PrismaIamError } from '../errors.ts'
import type { IamConfig } from './iam-config.ts'
import { type LoadSecretsManager, readSecret } from './secret.ts'

/** Whom a secret lets in, and its password as it is now. */
export interface KeptLogin {
  username: string | undefined
  password(): Promise<string>
}

/**
 * The admin's login that Secrets Manager keeps, where it does. The secret is read at once only where it alone knows the
 * user.
 *
 * @throws PRISMA_IAM_MIGRATE_SECRET
 */
export async function secretLogin(
  { admin, credentials, profile }: IamConfig,
  load: LoadSecretsManager | undefined,
): Promise<KeptLogin | undefined> {
  const { secretArn: arn, user } = admin ?? {}
  if (arn === undefined) return undefined
  const settings = {
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
  }
  const username = user ?? (await readSecret(arn, settings, load)).username
  if (username === undefined) {
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_SECRET', `the secret ${arn} names no user`, {
      hint: 'say in `admin.user` whose password it is',
    })
  }
  return {
    username,
    async password() {
      const login = await readSecret(arn, settings, load)
      if (login.username === undefined || login.username === username) return login.password
      throw new PrismaIamError(
        'PRISMA_IAM_MIGRATE_SECRET',
        `the secret ${arn} is the login of ${login.username}, not of ${username}`,
        { hint: 'leave `admin.user` out, or name the secret of that user' },
      )
    },
  }
}
