import { Signer } from '@aws-sdk/rds-signer'
import pg from 'pg'
import type { Emulator } from 'prisma-iam/emulator'
import { app } from './cast.ts'

/** A token by AWS's own signer, without any of our code; it reads the system's clock. */
export async function tokenFor({ signHost, signPort, region }: Emulator, username: string): Promise<string> {
  const { accessKeyId, secretAccessKey } = app
  return new Signer({
    hostname: signHost,
    port: signPort,
    username,
    region,
    credentials: { accessKeyId, secretAccessKey },
  }).getAuthToken()
}

/** A plain `pg` client with the token as its password: logs in, asks one thing, leaves. */
export async function passwordLogin(
  { host, port, signHost, database, ca }: Emulator,
  user: string,
  password: string,
): Promise<string> {
  const client = new pg.Client({ host, port, user, database, password, ssl: { ca, servername: signHost } })
  await client.connect()
  try {
    const { rows } = await client.query<{ current_user: string }>('SELECT current_user')
    return rows[0]?.current_user ?? ''
  } finally {
    await client.end()
  }
}
