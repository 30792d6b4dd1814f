import { setTimeout as wait } from 'node:timers/promises'
import type { SqlClient } from './server.ts'

/** A session that a role has open, in any database of the server; `null` is what the admin may not see. */
export interface OpenSession {
  readonly pid: number
  readonly database: string | null
  /** When it logged in. */
  readonly since: Date | null
  /** The client's address; absent for a Unix socket. */
  readonly client: string | null
  readonly application: string
  /** `active`, `idle`, `idle in transaction`, … */
  readonly state: string | null
}

/** The sessions that a role has open, the oldest first. */
export async function openSessions(client: SqlClient, role: string): Promise<OpenSession[]> {
  return (await client.query<OpenSession>(sessionsSql, [role])).rows
}

const sessionsSql = `
select pid, datname::text as database, backend_start as since, host(client_addr) as client,
       coalesce(application_name, '') as application, state
from pg_catalog.pg_stat_activity
where usename = $1 and pid <> pg_backend_pid() and backend_type is distinct from 'parallel worker'
order by backend_start, pid`

/** How to wait for sessions to be gone. */
export interface EndPatience {
  /** Waits so many ms; default a real timer. */
  readonly sleep?: (ms: number) => Promise<unknown>
}

const pauseMs = 50
const pauses = 100

/**
 * Ends every session of a role, and those that were at the door meanwhile; waits up to 5 seconds for the last.
 *
 * @returns what was ended, and what is still there
 * @throws the server's own error when this user may not end them.
 */
export async function endSessions(
  client: SqlClient,
  role: string,
  { sleep = (ms) => wait(ms) }: EndPatience = {},
): Promise<{ ended: OpenSession[]; left: OpenSession[] }> {
  const ended = new Map<number, OpenSession>()
  for (let tries = 0; ; tries += 1) {
    const open = await openSessions(client, role)
    if (open.length === 0 || tries === pauses) {
      for (const { pid } of open) ended.delete(pid)
      return { ended: [...ended.values()], left: open }
    }
    for (const session of open) ended.set(session.pid, session)
    await client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [open.map(({ pid }) => pid)])
    await sleep(pauseMs)
  }
}

/** How many sessions each role has open, this one aside; roles without any are left out. */
export async function countSessions(client: SqlClient): Promise<Map<string, number>> {
  const { rows } = await client.query<{ role: string; count: number }>(countSql)
  return new Map(rows.map(({ role, count }) => [role, count]))
}

const countSql = `
select usename::text as role, count(*)::int as count
from pg_catalog.pg_stat_activity
where usename is not null and pid <> pg_backend_pid() and backend_type is distinct from 'parallel worker'
group by 1`
