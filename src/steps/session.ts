/** The session that steps run on: one connection, one statement after the other. */
export interface StepSession {
  /** One statement with parameters; the rows as the server printed them. */
  query(sql: string, values: readonly unknown[]): Promise<{ rows: readonly (readonly (string | null)[])[] }>
  /** A text of any number of statements, sent as one message. */
  script(text: string): Promise<void>
}

/** What a server can do, as far as steps must know. */
export interface StepServer {
  /** Whether the journal can share the transaction of a schema change. */
  transactionalDdl: boolean
}
