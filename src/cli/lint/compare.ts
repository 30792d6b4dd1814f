import type { Linted } from '../../dsql/lint.ts'
import type { Diagnostic } from './dsql-lint.ts'

/** A statement of which two lints think differently. */
export interface Disagreement {
  file: string
  line: number
  /** What becomes of it here. */
  here: Linted['outcome']
  /** What AWS's lint says. */
  there: 'nothing' | 'fixable' | 'unfixable'
  /** Its rules and messages. */
  says: readonly string[]
}

/** Where AWS's lint thinks otherwise of the statements of a file. */
export function disagreements(
  file: string,
  statements: readonly Linted[],
  said: readonly Diagnostic[],
): Disagreement[] {
  const told = new Map<Linted, Diagnostic[]>(statements.map((statement) => [statement, []]))
  for (const diagnostic of said) {
    const about = statementOf(statements, diagnostic)
    if (about) told.get(about)?.push(diagnostic)
  }
  return statements.flatMap((statement) => {
    const diagnostics = told.get(statement) ?? []
    const there = thereOf(diagnostics)
    if (agree(statement, there)) return []
    const says = diagnostics.map(({ rule, message }) => `${rule}: ${message}`)
    return [{ file, line: statement.place.line, here: statement.outcome, there, says }]
  })
}

/** A diagnostic names a line inside its statement; several statements may share it. */
function statementOf(statements: readonly Linted[], { line, statement }: Diagnostic): Linted | undefined {
  const there = statements.filter(({ place, lastLine }) => place.line <= line && line <= lastLine)
  return there.find(({ sql }) => sql.replace(/\s+/g, ' ').startsWith(statement)) ?? there[0]
}

function thereOf(diagnostics: readonly Diagnostic[]): Disagreement['there'] {
  if (diagnostics.length === 0) return 'nothing'
  return diagnostics.every(({ fixable }) => fixable) ? 'fixable' : 'unfixable'
}

function agree({ outcome, becomes }: Linted, there: Disagreement['there']): boolean {
  switch (outcome) {
    case 'refused':
      return there === 'unfixable'
    case 'as-is':
      return there === 'nothing'
    default:
      // What is left out, such as the schema public, is nothing to AWS's lint either.
      return there === 'fixable' || (there === 'nothing' && becomes.length === 0)
  }
}
