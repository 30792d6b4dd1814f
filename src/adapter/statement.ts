import type pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'

/** A statement with parameters, as `PrismaPg` asks for it. */
export interface StatementRequest {
  /** Empty or absent for one that is not to be prepared. */
  name?: string
  text: string
  values: unknown[]
  types: { getTypeParser(oid: number, format: 'text'): (raw: string) => unknown }
}

/** What came of it; `rowCount` is null where the server told none. */
export interface StatementResult {
  fields: readonly pg.FieldDef[]
  rows: unknown[][]
  rowCount: number | null
}

/** What one connection returns for the statements that it has prepared, by their names. */
export type Descriptions = Map<string, readonly pg.FieldDef[]>

/** How a statement goes out. */
export interface Sending {
  /** What was learned when the statement ran before on this connection; here is noted what is learned now. */
  descriptions: Descriptions
  /** A BEGIN that goes first, in the same message; when it fails the server skips the statement. */
  begin: string | undefined
  /** Called when the server has begun. */
  begun: () => void
}

/**
 * One run of a statement, as `pg` takes queries that write and read for themselves (`submit`, as cursors do).
 *
 * `pg`'s own asks for the columns at every run. Those of a prepared statement do not change: PostgreSQL refuses to run it
 * when they would ("cached plan must not change result type", plancache.c), so they are asked for once.
 *
 * Tracers of `pg` read and replace what is public here, as they do with `pg`'s own: text, name, values, callback.
 */
export class Statement implements pg.Submittable {
  text: string
  readonly values: unknown[]
  /** `pg` notes a statement as prepared under this name when the server has parsed it. */
  name: string
  /** `pg` puts here what it was given beside this; where a query has a time limit, its own. */
  callback: ((error: Error | null, result?: StatementResult) => void) | undefined
  readonly #name: string
  readonly #types: StatementRequest['types']
  readonly #descriptions: Descriptions
  readonly #begun: () => void
  readonly #rows: unknown[][] = []
  #begin: string | undefined
  #fields: readonly pg.FieldDef[] | undefined
  #parsers: ((raw: string) => unknown)[] = []
  #rowCount: number | null = null
  #failure: Error | undefined

  constructor({ name = '', text, values, types }: StatementRequest, { descriptions, begin, begun }: Sending) {
    this.text = text
    this.values = values
    this.name = name
    this.#name = name
    this.#types = types
    this.#descriptions = descriptions
    this.#begin = begin
    this.#begun = begun
  }

  submit(connection: pg.Connection): Error | undefined {
    const wire = connection as unknown as Wire
    const parsed = this.#name === '' ? undefined : wire.parsedStatements[this.#name]
    if (parsed !== undefined && parsed !== this.text)
      return new Error(`Prepared statements must be unique - '${this.#name}' was used for a different statement`)
    // One write, and so one TLS record.
    wire.stream.cork()
    try {
      this.#write(wire, parsed !== undefined)
    } catch (error) {
      // Of a value that no parameter can be made of; what was sent before it is answered all the same.
      this.#failure = error as Error
    }
    wire.sync()
    wire.stream.uncork()
    return undefined
  }

  #write(wire: Wire, isParsed: boolean): void {
    const name = this.#name
    if (this.#begin !== undefined) {
      // The server parses this first, and `pg` is not to take it for the statement.
      this.name = ''
      wire.parse({ text: this.#begin })
      wire.bind({})
      wire.execute({})
    }
    if (isParsed) this.#expect(this.#descriptions.get(name))
    else wire.parse({ name, text: this.text })
    wire.bind({ statement: name, values: this.values.map(prepareValue) })
    if (this.#fields === undefined) wire.describe({ type: 'P' })
    wire.execute({})
  }

  handleRowDescription({ fields }: { fields: readonly pg.FieldDef[] }): void {
    this.#expect(fields)
  }

  handleDataRow({ fields: row }: { fields: unknown[] }): void {
    const parsers = this.#parsers
    try {
      for (let at = 0; at < row.length; at += 1) {
        const raw = row[at]
        if (raw !== null) row[at] = parsers[at]?.(raw as string)
      }
      this.#rows.push(row)
    } catch (error) {
      this.#failure ??= error as Error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const name = this.#name
    if (this.#begin !== undefined) {
      this.#begin = undefined
      this.#begun()
      this.name = name
      return
    }
    if (name !== '') this.#descriptions.set(name, this.#fields ?? [])
    const count = Number.parseInt(text.slice(text.lastIndexOf(' ') + 1), 10)
    this.#rowCount = Number.isNaN(count) ? null : count
  }

  handleReadyForQuery(): void {
    if (this.#failure) this.callback?.(this.#failure)
    else this.callback?.(null, { fields: this.#fields ?? [], rows: this.#rows, rowCount: this.#rowCount })
  }

  handleError(error: Error): void {
    this.callback?.(this.#failure ?? error)
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('rows cannot be copied through Prisma')
  }

  handleCopyData(): void {}

  #expect(fields: readonly pg.FieldDef[] | undefined): void {
    this.#fields = fields
    if (fields) this.#parsers = fields.map(({ dataTypeID }) => this.#types.getTypeParser(dataTypeID, 'text'))
  }
}

/** The part of `pg`'s connection that cursors use, too. */
interface Wire {
  parsedStatements: Record<string, string>
  stream: { cork(): void; uncork(): void }
  parse(message: { name?: string; text: string }): void
  bind(message: { statement?: string; values?: unknown[] }): void
  describe(message: { type: 'P' }): void
  execute(message: object): void
  sync(): void
}
