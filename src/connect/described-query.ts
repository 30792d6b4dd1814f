import pg from 'pg'

/** What is known of the statements that a connection holds prepared: their columns, by their names. */
export type Columns = Map<string, readonly pg.FieldDef[]>

/** A prepared statement as `pg` runs it, with the `query_timeout` that `pg` looks for beside the text. */
export type NamedRequest = pg.QueryConfig & { name: string; query_timeout?: number }

/** @param columnsOf what is known on a connection; what is learned now is added */
export function describedQuery(request: NamedRequest, columnsOf: (connection: object) => Columns): DescribedQuery {
  return new DescribedQuery(request, columnsOf)
}

/** `pg`'s own query, as far as it is met here; `@types/pg` leaves its handlers out. */
const Query = pg.Query as unknown as new (
  request: NamedRequest,
) => {
  name: string
  hasBeenParsed(connection: object): boolean
  prepare(connection: object): void
  handleRowDescription(message: { fields: readonly pg.FieldDef[] }): void
  handleCommandComplete(message: object, connection: object): void
}

/**
 * `pg` asks for the columns of a statement at every run. Those of a prepared one do not change (PostgreSQL refuses to run
 * it when they would, plancache.c), so this one asks once a connection.
 */
class DescribedQuery extends Query {
  readonly query_timeout: number | undefined
  readonly #columnsOf: (connection: object) => Columns
  #columns: readonly pg.FieldDef[] = []

  constructor(request: NamedRequest, columnsOf: (connection: object) => Columns) {
    super(request)
    this.query_timeout = request.query_timeout
    this.#columnsOf = columnsOf
  }

  override prepare(connection: object): void {
    const columns = this.hasBeenParsed(connection) ? this.#columnsOf(connection).get(this.name) : undefined
    if (columns) this.handleRowDescription({ fields: columns })
    super.prepare(columns ? undescribing(connection) : connection)
  }

  override handleRowDescription(message: { fields: readonly pg.FieldDef[] }): void {
    this.#columns = message.fields
    super.handleRowDescription(message)
  }

  override handleCommandComplete(message: object, connection: object): void {
    this.#columnsOf(connection).set(this.name, this.#columns)
    super.handleCommandComplete(message, connection)
  }
}

const silent = new WeakMap<object, object>()

/** The same connection, through which nobody can ask for columns. */
function undescribing(connection: object): object {
  const known = silent.get(connection)
  if (known) return known
  const made = Object.create(connection, { describe: { value: () => undefined } }) as object
  silent.set(connection, made)
  return made
}
