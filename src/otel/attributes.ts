import type { Attributes } from '@opentelemetry/api'
import type { ConnectionPlace } from '../events.ts'

/** OpenTelemetry's names for a pool and the server behind it (semantic conventions 1.45, database client metrics). */
export function attributesOf({ host, port, user }: ConnectionPlace): Attributes {
  return {
    'db.system.name': 'postgresql',
    'db.client.connection.pool.name': `${user}@${host}:${port}`,
    'server.address': host,
    'server.port': port,
  }
}

/** The kind of an error, of which there are few: its code, else its class. The text may hold values. */
export function errorType(error: unknown): Attributes {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return { 'error.type': typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER' }
}
