/** What `pg` shares with its cursors and streams, and `@types/pg` leaves out. */
declare module 'pg/lib/utils.js' {
  const utils: {
    /** A parameter as the wire takes it. */
    prepareValue(value: unknown): string | Buffer | null
  }
  export = utils
}
