import type pg from 'pg'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../src/emulator/index.ts'
import { connectAs, dsqlToken, rdsToken } from '../clients.ts'

/** An emulator, its clock, and plain `pg` clients for it. */
export interface Started {
  emulator: Emulator
  /** Moves the clock that tokens and faults are judged by; the real time plus so much. */
  pass(ms: number): void
  /** A fresh client, logged in with a fresh token as the admin or as `user`. */
  connect(options?: { user?: string; at?: 'reader'; config?: pg.ClientConfig }): Promise<pg.Client>
  stop(): Promise<void>
}

/** Starts it; RDS with a table `t` that the admin owns and a role `app`. */
export async function started(options: EmulatorOptions): Promise<Started> {
  let aheadMs = 0
  const emulator = await startEmulator({ clock: () => new Date(Date.now() + aheadMs), ...options })
  const { service, reader } = emulator
  const clients: pg.Client[] = []
  const connect: Started['connect'] = async ({ user = emulator.admin, at, config = {} } = {}) => {
    const target = at === 'reader' && reader ? { ...emulator, ...reader } : emulator
    const action = user === 'admin' ? 'admin' : 'plain'
    const password = await (service === 'rds' ? rdsToken(target, { user }) : dsqlToken(target, action))
    const client = await connectAs(target, { user, password, ...config })
    clients.push(client)
    return client
  }
  if (service === 'rds') {
    const admin = await connect()
    await admin.query('CREATE TABLE t (n int); CREATE ROLE app LOGIN; GRANT rds_iam TO app')
    await admin.end()
  }
  return {
    emulator,
    pass(ms) {
      aheadMs += ms
    },
    connect,
    async stop() {
      await Promise.all([emulator.stop(), ...clients.map((each) => each.end().catch(() => {}))])
    },
  }
}

/** Resolves with what ends the client: the error that nobody waited for. */
export function fatalOf(client: pg.Client): Promise<{ code?: string; message: string }> {
  return new Promise((resolve) => client.once('error', resolve))
}
