import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerError, typeOf } from '../wire/messages.ts'
import { errorResponse, readFields } from '../wire/responses.ts'
import { isConflict } from './answers.ts'
import { again, asSent, copiesFor, originSql, turnOn, turnSql } from './conflicts/copies.ts'
import { namesTables } from './conflicts/redirect.ts'
import type { Sent, Told } from './exchange.ts'
import { refuseKeyChange } from './keys.ts'
import { refusal } from './rules.ts'
import type { Seen } from './script.ts'
import type { Place, SessionParts, Standing } from './standing.ts'

/** Runs a session's turns so that its transactions never wait for another's, and conflicts come out at COMMIT. */
export interface Transactions {
  /**
   * Runs a whole turn that meets nobody: it stands in no transaction and only reads. Everything else is left to `run`.
   * @returns whether it was one; `done` is then called when its client has been told that it is ready for the next
   */
  pass(messages: readonly Buffer[], seen: readonly Seen[], done: () => void): boolean
  /** @param complete whether everything is here that belongs to the turn */
  run(messages: readonly Buffer[], seen: readonly Seen[], complete: boolean): Promise<Told>
}

/** @param place the session's, outside of a transaction */
export function createTransactions(parts: SessionParts, place: Place): Transactions {
  const { judge, answers, exchange, neighbours, usage, mutex, toClient } = parts
  const { now, set, neighbour, send, giveLocksBack } = place
  /** Its version when the session last read it. */
  let knownCatalog: number | undefined

  const judged = (messages: readonly Buffer[]) => turnOn(judge, asSent(messages), [])
  const pass = (messages: readonly Buffer[]) => send(judged(messages), toClient)

  async function within(messages: readonly Buffer[], seen: readonly Seen[], whole: boolean): Promise<Told> {
    const failed = judge.transaction().at === 'failed'
    const error = failed ? undefined : await refusalWithin(seen)
    if (error) {
      // The transaction is over whatever COMMIT says; elsewhere the error fails it.
      if (seen.some(isCommit)) await exchange.ask('ROLLBACK')
      set({ at: 'clear' })
      judge.doom(error)
      return pass(messages)
    }
    const standing = now()
    if (standing.at === 'copies') return onCopies(standing, asSent(messages), seen, whole)
    if (!whole || failed) return pass(messages)
    if (seen.some(isDdl)) return tryDdl(messages, seen)
    if (seen.some(isCommit)) return pass(messages)
    if (!seen.some(changes)) return pass(messages)
    await exchange.ask(standing.at === 'clear' ? originSql : turnSql)
    // Nobody else is to meet the locks of a query.
    if (seen.some(({ lock }) => lock)) return onCopies(await giveLocksBack(), asSent(messages), seen)
    const before = judge.transaction()
    const heard: Buffer[] = []
    const told = await send(judged(messages), (each) => void heard.push(each), seen.some(spread))
    if (isConflict(told.code) && told.status === 'E') {
      await exchange.ask('ROLLBACK TO SAVEPOINT "sys.turn"')
      judge.rewind(before)
      return onCopies(await giveLocksBack(), again(messages), seen)
    }
    if (told.status !== 'I') set({ at: 'locks' })
    for (const each of heard) toClient(each)
    return told
  }

  /** Why a transaction ends here, whatever this turn says. */
  async function refusalWithin(seen: readonly Seen[]): Promise<ServerError | undefined> {
    const standing = now()
    if (seen.length === 0 || seen.every(isRollback)) return undefined
    if (isStale(seen) || standing.at === 'lost') return refusal('schemaChanged')
    const { at, holds } = { holds: 'nothing', ...judge.transaction() }
    if (at === 'explicit') {
      const aged = usage.aged()
      if (aged) return aged
    }
    if (!seen.some(isCommit) || (standing.at === 'clear' && holds === 'nothing')) return undefined
    if (standing.at === 'copies' && standing.overtaken) return refusal('conflict')
    return (await overweight()) ?? injected()
  }

  async function overweight(): Promise<ServerError | undefined> {
    if (!usage.worthWeighing()) return undefined
    const { value } = await exchange.ask(`SELECT sys.weight(${now().at === 'copies'})`)
    return usage.weighed(Number(value ?? 0))
  }

  function injected(): ServerError | undefined {
    const rule = neighbours.takeConflict()
    return rule && refusal(rule)
  }

  /** Whether another session has changed the catalog since this one read it, as these statements do again. */
  function isStale(seen: readonly Seen[]): boolean {
    const version = neighbours.catalog()
    if (knownCatalog === version) return false
    const reads = readsCatalog(seen)
    const stale = knownCatalog !== undefined && (reads || seen.some(isCommit))
    // Who was told at COMMIT knows it, too.
    if (reads || stale) knownCatalog = version
    return stale
  }

  async function onCopies(
    copies: Extract<Standing, { at: 'copies' }>,
    messages: readonly Sent[],
    seen: readonly Seen[],
    whole = true,
  ): Promise<Told> {
    if (judge.transaction().at !== 'failed') {
      const copied = await copiesFor(exchange, seen, copies.copied)
      // What cannot be copied cannot be answered either: two tables of one name in different schemas.
      if (copied) copies.copied = copied
      else answers.failAs(refusal('conflict'))
    }
    const lock = seen.find((each) => each.lock)?.lock
    if (lock) await exchange.ask("CALL sys.note_locked('')")
    const sent = turnOn(judge, messages, copies.copied)
    if (seen.some(isCommit)) return commitCopies(sent)
    // Where more is to come from the client it wants the answers at once.
    const told = await send(sent, toClient, whole && judge.transaction().at === 'explicit' && seen.some(spread))
    if (lock && told.status === 'T') await exchange.ask(`CALL sys.note_locked('${lock}')`)
    return told
  }

  function commitCopies(sent: readonly Sent[]): Promise<Told> {
    return neighbours.commit(async () => {
      await neighbours.letGo(neighbour)
      const { value: kept } = await exchange.ask('SELECT sys.kept()')
      answers.failAs(refusal('conflict'))
      const told = await send(sent, toClient)
      if (kept !== undefined && told.code === undefined) await neighbours.keep(neighbour, kept)
      return told
    })
  }

  /** DDL waits for nobody either: whoever is in its way has lost. */
  async function tryDdl(messages: readonly Buffer[], seen: readonly Seen[]): Promise<Told> {
    const error = await refuseKeyChange(exchange, seen)
    if (error) {
      judge.doom(error)
      return pass(messages)
    }
    const explicit = judge.transaction().at === 'explicit'
    if (explicit) await exchange.ask('SAVEPOINT "sys.turn"')
    const before = judge.transaction()
    const giveUpMs = performance.now() + patienceMs
    for (let first = true; ; first = false) {
      const heard: Buffer[] = []
      const told = await send(
        turnOn(judge, first ? asSent(messages) : again(messages), []),
        (each) => void heard.push(each),
      )
      if (!isConflict(told.code) || performance.now() > giveUpMs) {
        for (const each of heard) toClient(each)
        return told
      }
      if (explicit) await exchange.ask('ROLLBACK TO SAVEPOINT "sys.turn"')
      judge.rewind(before)
      await neighbours.supersede(neighbour)
      await sleep(pauseMs)
    }
  }

  /** Outside of a transaction: what changes rows is put into one, so that it can be weighed before it lasts. */
  async function fromRest(messages: readonly Buffer[], seen: readonly Seen[], whole: boolean): Promise<Told> {
    usage.begin()
    if (!neighbours.strictCatalog) knownCatalog = undefined
    const alone = whole && !seen.some(({ effect }) => effect === 'begin' || effect === 'end' || effect === 'chain')
    const lasts = alone && seen.some((each) => isDdl(each) || each.effect === 'dml')
    const error = isStale(seen) ? refusal('schemaChanged') : lasts ? injected() : undefined
    if (error) judge.doom(error)
    if (!alone || error || !seen.some((each) => isDdl(each) || changes(each))) return pass(messages)
    return seen.some(isDdl) ? tryDdl(messages, seen) : tryChange(messages, seen)
  }

  async function tryChange(messages: readonly Buffer[], seen: readonly Seen[]): Promise<Told> {
    const giveUpMs = performance.now() + patienceMs
    for (let first = true; ; first = false) {
      usage.begin()
      const heard: Buffer[] = []
      const sent = turnOn(judge, first ? asSent(messages) : again(messages), [])
      await exchange.ask('BEGIN')
      const told = await send(sent, (each) => void heard.push(each), seen.some(spread))
      const end = await endOwn(told)
      told.status = 'I'
      judge.settle('I')
      set({ at: 'clear' })
      const code = told.code ?? end?.code
      if (!isConflict(code) || performance.now() > giveUpMs) {
        const last = heard.findLastIndex((each) => typeOf(each) === 'C')
        if (end && last >= 0) heard.splice(last, 1, end.whole)
        for (const each of heard) toClient(each)
        return code === undefined ? told : { ...told, code }
      }
      await neighbours.letGo(neighbour)
      await sleep(pauseMs)
    }
  }

  /** Ends the transaction around a change; answers what COMMIT failed with. */
  async function endOwn({ code }: Told): Promise<{ code: string; whole: Buffer } | undefined> {
    const error = code === undefined ? await overweight() : undefined
    if (error) {
      await exchange.ask('ROLLBACK')
      return { code: error.code, whole: errorResponse(error) }
    }
    const { failure } = await exchange.ask(code === undefined ? 'COMMIT' : 'ROLLBACK')
    return failure && { code: readFields(failure).get('C') ?? '', whole: answers.rewrite(failure) }
  }

  return {
    pass(messages, seen, done) {
      if (judge.transaction().at !== 'idle' || !seen.every(onlyReads)) return false
      if (neighbours.strictCatalog && knownCatalog !== neighbours.catalog() && readsCatalog(seen)) return false
      place.pass(messages, done)
      return true
    },
    async run(messages, seen, complete) {
      const whole = complete && !seen.some(({ asks }) => asks)
      if (seen.some(changes)) await neighbours.settled()
      return mutex.hold(async () => {
        const before = judge.transaction()
        const told = await (before.at === 'idle' ? fromRest : within)(messages, seen, whole)
        const held = before.at === 'explicit' && before.holds === 'ddl'
        const done = told.code === undefined && judge.transaction().at === 'idle'
        if (done && (seen.some(isDdl) || (held && seen.some(isCommit)))) knownCatalog = neighbours.catalogChanged()
        return told
      })
    },
  }
}

// A COMMIT under way takes milliseconds.
const patienceMs = 5_000
const pauseMs = 3

function changes({ effect, lock }: Seen): boolean {
  return effect === 'dml' || lock !== undefined
}

function onlyReads({ effect, lock, asks }: Seen): boolean {
  return effect === 'none' && lock === undefined && !asks
}

function spread({ spreads }: Seen): boolean {
  return spreads
}

function readsCatalog(seen: readonly Seen[]): boolean {
  return seen.some((each) => isDdl(each) || namesTables(each.text))
}

function isDdl({ effect }: Seen): boolean {
  return effect === 'ddl'
}

function isCommit({ effect, text }: Seen): boolean {
  return (effect === 'end' || effect === 'chain') && /^(commit|end)\b/i.test(text)
}

function isRollback({ effect, text }: Seen): boolean {
  return (effect === 'end' || effect === 'chain') && !/^(commit|end)\b/i.test(text)
}
