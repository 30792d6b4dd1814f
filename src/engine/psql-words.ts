/** What to do about a text that only `psql` understands, where the server has stumbled over it; empty for any other. */
export function adviceOnPsql(script: string, code: string | undefined, position: string | undefined): string {
  if (code !== syntaxError || position === undefined) return ''
  const characters = [...script]
  const at = Number(position) - 1
  const [before, behind] = [characters.slice(0, at).join(''), characters.slice(at).join('')]
  if (copyFromStdin.test(before)) {
    return '\n\nCOPY … FROM stdin gets its rows from psql. Write them as INSERT, as `pg_dump --inserts` does.'
  }
  const command = /^\\\S*/.exec(behind)?.[0]
  if (command === undefined) return ''
  return `\n\n\`${command}\` is a command of psql, not SQL: take such lines out of the file.${dumped.has(command) ? byDump : ''}`
}

const syntaxError = '42601'
const copyFromStdin = /\bCOPY\b[^;]*\bFROM\s+stdin\b[^;]*;\s*$/i

/** Around every dump since the minor versions of 2025-08 (17.6, 16.10, …). */
const dumped: ReadonlySet<string> = new Set(['\\restrict', '\\unrestrict'])
const byDump = ' pg_dump writes `\\restrict` and `\\unrestrict` around what it dumps.'
