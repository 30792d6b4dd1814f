import pg from 'pg'
import type { IamOptions } from '../../src/config/options.ts'
import { type Emulator, type EmulatorEvent, type EmulatorOptions, startEmulator } from '../../src/emulator/index.ts'

/** A running emulator, the options that lead to it, and what has happened at its door. */
export interface TestEmulator extends Emulator {
  /** For `iamAdapter` and `iamPool`: dials loopback, signs and verifies for the pretended endpoint. */
  options: IamOptions
  /** For a child process that reads everything from its environment. */
  env: Record<string, string>
  /** Logins that were let in since the last call of `forget`. */
  logins(): string[]
  forget(): void
  /** Runs SQL around the door, as the superuser. */
  asSuperuser(sql: string, database?: string): Promise<pg.QueryResult>
}

/** Starts an emulator with the role `app`, ready to log in by token; about a second. */
export async function testEmulator(options: EmulatorOptions): Promise<TestEmulator> {
  const events: EmulatorEvent[] = []
  const emulator = await startEmulator({ ...options, onEvent: (event) => events.push(event) })
  const { host, port, signHost, signPort, database, ca, caFile, accessKeyId, secretAccessKey } = emulator
  const asSuperuser = async (sql: string, name = database) => {
    const client = new pg.Client({ ...emulator.superuser, database: name })
    await client.connect()
    try {
      return await client.query(sql)
    } finally {
      await client.end()
    }
  }
  if (options.service === 'rds') await asSuperuser('CREATE ROLE app LOGIN; GRANT rds_iam TO app')
  return {
    ...emulator,
    options: {
      host,
      port,
      signHost,
      signPort,
      user: 'app',
      database,
      tls: { ca },
      credentials: { accessKeyId, secretAccessKey },
    },
    env: {
      DATABASE_URL: `postgresql://app@${signHost}:${port}/${database}?hostaddr=${host}`,
      PGSSLROOTCERT: caFile,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    logins: () => events.flatMap((event) => (event.type === 'login' ? [event.user] : [])),
    forget: () => void events.splice(0),
    asSuperuser,
  }
}
