/** One of Prisma's coded failures: the code and the text that its users search for. */
export interface PrismaFailure {
  code: string
  message: string
}

/** The server of a login, as Prisma's texts name it. */
export interface ServerName {
  host: string
  port: number
  user: string
  database: string
}

/** What a server says in an error report. */
export interface ServerReport {
  severity: string
  /** SQLSTATE. */
  code: string
  message: string
  detail?: string | undefined
  hint?: string | undefined
  /** Counted in characters from 1, within the text that was sent. */
  position?: string | undefined
}

/**
 * Prisma's own texts by code (prisma-engines, libs/user-facing-errors, read 2026-11), each followed by the server's
 * words where the native engine drops them: they are what tells a wrong token from a wrong role.
 */
export const texts: {
  P1000: (server: ServerName, words: string) => PrismaFailure
  P1001: (server: ServerName, words: string) => PrismaFailure
  P1002: (server: ServerName, elapsedMs: number) => PrismaFailure
  P1003: (server: ServerName) => PrismaFailure
  P1010: (server: ServerName, words: string) => PrismaFailure
  P1011: (words: string) => PrismaFailure
  P1013: (words: string) => PrismaFailure
  P1017: (words: string) => PrismaFailure
  P3014: (words: string) => PrismaFailure
  P3018: (migration: string, code: string, words: string) => PrismaFailure
} = {
  P1000: ({ host, user }, words) => ({
    code: 'P1000',
    message: `Authentication failed against database server at \`${host}\`, the provided database credentials for \`${user}\` are not valid.\n\nPlease make sure to provide valid database credentials for the database server at \`${host}\`.\n\n${words}`,
  }),
  P1001: ({ host, port }, words) => ({
    code: 'P1001',
    message: `Can't reach database server at \`${host}:${port}\`\n\nPlease make sure your database server is running at \`${host}:${port}\`.\n\n${words}`,
  }),
  P1002: ({ host, port }, elapsedMs) => ({
    code: 'P1002',
    message: `The database server at \`${host}:${port}\` was reached but timed out.\n\nPlease try again.\n\nPlease make sure your database server is running at \`${host}:${port}\`.\n\nContext: Timed out trying to acquire a postgres advisory lock (SELECT pg_advisory_lock(72707369)). Elapsed: ${elapsedMs}ms. See https://pris.ly/d/migrate-advisory-locking for details.\n`,
  }),
  P1003: ({ host, port, database }) => ({
    code: 'P1003',
    message: `Database \`${database}\` does not exist on the database server at \`${host}:${port}\`.`,
  }),
  P1010: ({ user, database }, words) => ({
    code: 'P1010',
    message: `User \`${user}\` was denied access on the database \`${database}\`\n\n${words}`,
  }),
  P1011: (words) => ({ code: 'P1011', message: `Error opening a TLS connection: ${words}` }),
  P1013: (words) => ({
    code: 'P1013',
    message: `The provided database string is invalid. ${words}\nPlease refer to the documentation in https://www.prisma.io/docs/reference/database-reference/connection-urls for constructing a correct connection string. In some cases, certain characters must be escaped. Please check the string for any illegal characters.`,
  }),
  P1017: (words) => ({ code: 'P1017', message: `Server has closed the connection.\n\n${words}` }),
  P3014: (words) => ({
    code: 'P3014',
    message: `Prisma Migrate could not create the shadow database. Please make sure the database user has permission to create databases. Read more about the shadow database (and workarounds) at https://pris.ly/d/migrate-shadow\n\nOriginal error:\n${words}`,
  }),
  P3018: (migration, code, words) => ({
    code: 'P3018',
    message: `A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\nMigration name: ${migration}\n\nDatabase error code: ${code}\n\nDatabase error:\n${words}\n`,
  }),
}

/** A server's error report in the lines that `psql` prints. */
export function reportWords({ severity, code, message, detail, hint }: ServerReport): string {
  const lines = [`${severity}: ${message} (SQLSTATE ${code})`]
  if (detail !== undefined) lines.push(`DETAIL: ${detail}`)
  if (hint !== undefined) lines.push(`HINT: ${hint}`)
  return lines.join('\n')
}

/** Lines before the failing one that the native engine shows. */
const linesBefore = 5

/** The script up to the line at which the server points; empty when it points nowhere. */
export function excerpt(script: string, position: string | undefined): string {
  if (position === undefined) return ''
  const before = [...script].slice(0, Number(position) - 1).join('')
  const failing = before.split('\n').length
  const lines = script.split(/\r?\n/).slice(Math.max(0, failing - 1 - linesBefore), failing)
  const first = failing - lines.length + 1
  const numbered = lines.map((line, index) => `${String(first + index).padStart(3)} ${line}`.trimEnd())
  return `\n\nPosition:\n${numbered.join('\n')}`
}
