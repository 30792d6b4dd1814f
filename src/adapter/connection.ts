import type pg from 'pg'
import { isBetweenQueries } from '../connect/pooled-client.ts'
import { type Descriptions, Statement, type StatementRequest, type StatementResult } from './statement.ts'

/** A class of clients, as a pool takes it. */
export type ClientClass<Client = pg.Client> = new (config?: pg.ClientConfig) => Client

/** A connection of a pool that is Prisma's alone. */
export interface PrismaConnection {
  /** Whoever has it begins a transaction: its BEGIN is held until the first statement behind it, and goes with that. */
  expectBegin(): void
  /** Its user is done with it; a BEGIN that nothing came behind is never sent. */
  forgetBegin(): void
  /** What was prepared under a name is closed. */
  forgetStatement(name: string): void
}

/**
 * Adds to a class of clients that they send statements as {@link Statement} does, and BEGIN with the first of a
 * transaction: one round trip less for each. Java's driver does so (pgjdbc, `QueryExecutorImpl.sendQueryPreamble`), and
 * AWS's connector for Java puts nothing but tokens on top of it on DSQL (Aurora DSQL user guide, 2026-11-21).
 */
export function prismaConnection(Client: ClientClass): ClientClass<pg.Client & PrismaConnection> {
  const Base = Client as unknown as ClientClass<Asked>
  class Connection extends Base implements PrismaConnection {
    readonly #descriptions: Descriptions = new Map()
    #start: Start = none

    expectBegin(): void {
      this.#start = { at: 'expected' }
    }

    forgetBegin(): void {
      this.#start = none
    }

    forgetStatement(name: string): void {
      this.#descriptions.delete(name)
    }

    override query(asked: unknown, values?: unknown, callback?: Done): unknown {
      if (!isRequest(asked)) return super.query(asked, values, callback)
      if (callback) return this.#run(asked, callback)
      return new Promise((resolve, reject) => {
        this.#run(asked, (error, result) => (error ? reject(error) : resolve(result)))
      })
    }

    #run(request: StatementRequest, done: Done): void {
      const start = this.#start
      const unsent = isBetweenQueries(this) ? withoutServer(start, request.text) : undefined
      // Held until the server has heard it: it may fail, and what it goes with may not be sent.
      const begin = start.at === 'held' && !endsTransaction(request.text) ? start.begin : undefined
      this.#start = unsent ?? (begin === undefined ? none : start)
      const begun = () => {
        this.#start = none
      }
      if (unsent) {
        done(null, nothing)
      } else if (request.values.length > 0) {
        super.query(new Statement(request, { descriptions: this.#descriptions, begin, begun }), done)
      } else if (begin === undefined) {
        super.query(request, done)
      } else {
        // Without parameters it goes by the simple protocol, which would not skip it when BEGIN fails.
        super.query(begin, (error: Error | null) => {
          if (error) return done(error)
          begun()
          super.query(request, done)
        })
      }
    }
  }
  return Connection as unknown as ClientClass<pg.Client & PrismaConnection>
}

/** Where a transaction stands whose BEGIN the server has not heard. */
type Start = { at: 'none' } | { at: 'expected' } | { at: 'held'; begin: string }

const none: Start = { at: 'none' }

/** Where it stands after a text that the server need not hear now; nothing for one that it must. */
function withoutServer(start: Start, text: string): Start | undefined {
  if (start.at === 'expected' && text === 'BEGIN') return { at: 'held', begin: text }
  if (start.at !== 'held') return undefined
  const level = levelText.exec(text)?.[1]
  if (level !== undefined) return { at: 'held', begin: `BEGIN ISOLATION LEVEL ${level}` }
  return endsTransaction(text) ? none : undefined
}

/** Tells whether Prisma ends a transaction by this text. */
export function endsTransaction(text: string): boolean {
  return text === 'COMMIT' || text === 'ROLLBACK'
}

/** As `PrismaPg` asks for a level, in a statement of its own behind BEGIN. */
const levelText = /^SET TRANSACTION ISOLATION LEVEL ([A-Z ]+)$/

const nothing: StatementResult = { fields: [], rows: [], rowCount: null }

type Done = (error: Error | null, result?: StatementResult) => void

/** A client without the overloads of its `query`. */
interface Asked {
  query(asked: unknown, values?: unknown, callback?: Done): unknown
}

/** What `PrismaPg` asks; not the text of a script, and not what this package asks on its own. */
function isRequest(asked: unknown): asked is StatementRequest {
  if (typeof asked !== 'object' || asked === null || !('types' in asked && 'values' in asked)) return false
  return 'rowMode' in asked && asked.rowMode === 'array'
}
