import { query, typeOf } from '../../wire/messages.ts'
import { closeStatement, readBind, readParse, readQuery, writeBind, writeParse } from '../../wire/requests.ts'
import type { Exchange, Sent } from '../exchange.ts'
import type { Judge } from '../judge.ts'
import { literal } from '../literal.ts'
import type { Seen } from '../script.ts'
import { type Copied, redirect, tablesNamed } from './redirect.ts'

/** Before a transaction's first change: where its locks can be given back to, and where a turn can be undone to. */
export const originSql = 'SAVEPOINT "sys.origin"; SAVEPOINT "sys.turn"'

/** Before every other change. */
export const turnSql = 'RELEASE SAVEPOINT "sys.turn"; SAVEPOINT "sys.turn"'

/** Takes what the transaction wrote from the tables to copies, and gives its locks back. Its snapshot stays. */
export async function copyWritten(exchange: Exchange): Promise<void> {
  const { value = '{}' } = await exchange.ask('SELECT sys.image()')
  await exchange.ask(`ROLLBACK TO SAVEPOINT "sys.origin"; CALL sys.enter(${literal(value)})`)
}

/** Has copies made of what these statements name; answers all that there are, or undefined where that cannot be done. */
export async function copiesFor(
  exchange: Exchange,
  seen: readonly Seen[],
  known: Copied[],
): Promise<Copied[] | undefined> {
  const tables = tablesNamed(seen.map(({ text }) => text))
  if (tables === undefined) return known
  const { value = '[]', failure } = await exchange.ask(`SELECT json_agg(c) FROM sys.copied(${tables}) c`)
  return failure === undefined ? (JSON.parse(value) as Copied[]) : undefined
}

/** A turn as the server is to have it: judged, and pointed to the copies that there are. */
export function turnOn(judge: Judge, messages: readonly Sent[], copied: readonly Copied[]): Sent[] {
  return messages.flatMap(({ whole, hidden }): Sent[] => {
    const type = copied.length === 0 ? undefined : typeOf(whole)
    if (type === 'Q') return [{ whole: judge.judged(pointed(whole, copied)) }]
    const sent = { whole: judge.judged(whole), ...(hidden && { hidden }) }
    if (type !== 'B') return [sent]
    const { portal, statement, restAt } = readBind(whole)
    const named = judge.named(statement)
    if (named?.reading.statement.kind !== 'plain') return [sent]
    // What the client prepared means the tables themselves. No driver binds a nameless statement twice.
    const parse = { whole: writeParse('', redirect(named.sql, copied), named.types()), hidden: true }
    return [parse, { whole: writeBind(portal, '', whole.subarray(restAt)) }]
  })
}

function pointed(whole: Buffer, copied: readonly Copied[]): Buffer {
  return query(redirect(readQuery(whole), copied))
}

/** The messages of a turn that ran before: what it prepared under a name is to be prepared anew. */
export function again(messages: readonly Buffer[]): Sent[] {
  return messages.flatMap((whole): Sent[] => {
    const name = typeOf(whole) === 'P' ? readParse(whole).name : ''
    return name === '' ? [{ whole }] : [{ whole: closeStatement(name), hidden: true }, { whole }]
  })
}

/** The messages of a turn that runs for the first time. */
export function asSent(messages: readonly Buffer[]): Sent[] {
  return messages.map((whole) => ({ whole }))
}
