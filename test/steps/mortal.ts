import type { Session } from '../../src/engine/session.ts'

/** A session that dies, for good, before the message which `dies` picks. */
export function mortal(session: Session, dies: (sql: string) => boolean): { session: Session; sent: string[] } {
  const sent: string[] = []
  let dead = false
  const hear = (sql: string) => {
    dead ||= dies(sql)
    if (dead) throw new Error('died')
    sent.push(sql)
  }
  return {
    sent,
    session: {
      async query(sql, values) {
        hear(sql)
        return await session.query(sql, values)
      },
      async script(sql) {
        hear(sql)
        await session.script(sql)
      },
      end: () => session.end(),
    },
  }
}

/** Picks the nth message of its kind. */
export function nth(place: number, kind = /^/): (sql: string) => boolean {
  let met = 0
  return (sql) => kind.test(sql) && ++met === place
}
