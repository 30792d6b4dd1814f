import type pg from 'pg'

/** Rows as PostgreSQL printed them, and the type OIDs of their columns. */
export interface Rows {
  columns: readonly { name: string; oid: number }[]
  rows: readonly (readonly (string | null)[])[]
  affected: number
}

/** One database session; statements go one after the other. */
export interface Session {
  /** One statement with parameters, or a script without any; the rows of the last statement. */
  query(sql: string, values: readonly unknown[]): Promise<Rows>
  /** A text of any number of statements, sent as one message. */
  script(text: string): Promise<void>
  end(): Promise<void>
}

/** A session over one `pg` client, which it owns from now on. */
export function openSession(client: pg.Client): Session {
  // A connection that dies between two statements is told by the next statement.
  client.on('error', () => {})
  return {
    async query(sql, values) {
      const answer = await client.query<(string | null)[]>({ text: sql, values: [...values], rowMode: 'array', types })
      // `db execute` sends a whole script here, for which pg answers with one result per statement.
      const last = [answer].flat().at(-1)
      return {
        columns: (last?.fields ?? []).map(({ name, dataTypeID }) => ({ name, oid: dataTypeID })),
        rows: last?.rows ?? [],
        affected: last?.rowCount ?? 0,
      }
    },
    async script(text) {
      await client.query(text)
    },
    end: () => client.end(),
  }
}

/** The engine converts by type itself; `pg` must not turn timestamps into local dates first. */
const types: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value }

/**
 * The same session, but from the moment that `gone` resolves no further statement is sent; `onGone` is then called
 * as soon as the running one has ended.
 */
export function endWith(session: Session, gone: Promise<void>, onGone: () => void): Session {
  let running: Promise<unknown> = Promise.resolve()
  let ended = false
  void gone.then(async () => {
    ended = true
    await running.catch(() => {})
    await session.end().catch(() => {})
    onGone()
  })
  const guard = <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (ended) return new Promise(() => {})
    const sent = send()
    running = sent
    return sent
  }
  return {
    query: (sql, values) => guard(() => session.query(sql, values)),
    script: (text) => guard(() => session.script(text)),
    end: () => session.end(),
  }
}

/** The same session, but nothing is sent before `check` has passed. */
export function checked(session: Session, check: (sql: string) => Promise<void>): Session {
  return {
    async query(sql, values) {
      await check(sql)
      return await session.query(sql, values)
    },
    async script(text) {
      await check(text)
      await session.script(text)
    },
    end: () => session.end(),
  }
}
