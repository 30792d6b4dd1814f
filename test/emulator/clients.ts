import { spawn } from 'node:child_process'
import { DsqlSigner } from '@aws-sdk/dsql-signer'
import { Signer } from '@aws-sdk/rds-signer'
import pg from 'pg'
import type { Emulator } from '../../src/emulator/index.ts'

/** What a token is signed for; the emulator's own facts unless told otherwise. */
export interface TokenClaims {
  signHost?: string
  signPort?: number
  region?: string
  user?: string
  accessKeyId?: string
  secretAccessKey?: string
  sessionToken?: string
}

/** A token from AWS's own RDS signer. */
export function rdsToken(emulator: Emulator, claims: TokenClaims = {}): Promise<string> {
  const { signHost, signPort, region, user, ...credentials } = { ...emulator, user: emulator.admin, ...claims }
  return new Signer({ hostname: signHost, port: signPort, region, username: user, credentials }).getAuthToken()
}

/** A token from AWS's own DSQL signer. */
export function dsqlToken(emulator: Emulator, action: 'admin' | 'plain', claims: TokenClaims = {}): Promise<string> {
  const { signHost: hostname, region, ...credentials } = { ...emulator, ...claims }
  const signer = new DsqlSigner({ hostname, region, credentials })
  return action === 'admin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()
}

/** A connected client, over TLS that verifies the pretended name. */
export async function connectAs(emulator: Emulator, config: pg.ClientConfig): Promise<pg.Client> {
  const ssl = { ca: emulator.ca, servername: emulator.signHost }
  const { host, port, database } = emulator
  const client = new pg.Client({ host, port, database, user: emulator.admin, ssl, ...config })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** What a refused login was told. */
export async function refusalOf(login: Promise<pg.Client>): Promise<{ code?: string; message: string; hint?: string }> {
  try {
    await (await login).end()
  } catch (error) {
    const { code, message, hint } = error as pg.DatabaseError
    return { ...(code === undefined ? {} : { code }), message, ...(hint === undefined ? {} : { hint }) }
  }
  throw new Error('the login was let in')
}

/** Runs Debian's psql against the emulator; the token goes through its environment. */
export function psql(
  emulator: Emulator,
  options: { token: string; user?: string; sslmode?: string; sql: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { token, user = emulator.admin, sslmode = 'verify-full', sql } = options
  const target = `host=${emulator.signHost} hostaddr=127.0.0.1 port=${emulator.port} dbname=${emulator.database}`
  const conninfo = `${target} user=${user} sslmode=${sslmode} sslrootcert=${emulator.caFile}`
  const child = spawn('psql', ['-X', '-A', '-t', '-c', sql, conninfo], {
    env: { PATH: process.env.PATH, PGPASSWORD: token, PGCONNECT_TIMEOUT: '10' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, stdout: stdout.trim(), stderr: stderr.trim() }))
  })
}
