import { hostname } from 'node:os'

/** Who runs, as far as the server is told. */
export interface Runner {
  pid?: number
  host?: string
  random?: () => number
}

/**
 * The `application_name` of every session of one run: it tells others who holds the lock, and this run its own sessions.
 *
 * PostgreSQL cuts names at 63 bytes and turns what is not printable ASCII into `?`; containers share pids and host names,
 * so a random end makes the name one run's own.
 */
export function sessionName({ pid = process.pid, host = hostname(), random = Math.random }: Runner = {}): string {
  const place = host.replace(/[^\x21-\x7e]/g, '?').slice(0, 30)
  const own = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')
  return `prisma-iam ${pid}@${place} ${own}`
}
