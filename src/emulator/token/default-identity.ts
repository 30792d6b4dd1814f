import { randomBytes } from 'node:crypto'
import type { Identity } from './identity.ts'

/** An identity with fresh random keys that may do everything. */
export function defaultIdentity(): Identity {
  const letters = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]).join('')
  return {
    accessKeyId: `AKIA${letters}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    arn: 'arn:aws:iam::123456789012:user/emulator',
    allow: [{ action: 'rds-db:connect', user: '*' }, { action: 'dsql:DbConnect' }, { action: 'dsql:DbConnectAdmin' }],
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
