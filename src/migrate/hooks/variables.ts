import { isPrismaIamError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { identifier, literal } from '../../sql/quote.ts'
import type { Token } from '../../sql/tokens.ts'

/** A piece of a script, by index, and what stands there instead. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** The variables of a script, and what is wrong about them. */
export interface FilledVariables {
  /** In the order of the script. */
  edits: readonly Edit[]
  problems: readonly { index: number; problem: string }[]
}

/**
 * Finds `:'name'` and `:"name"`, as psql writes a variable that becomes a constant or a name; text is never pasted.
 *
 * PostgreSQL's scanner decides what is a token of the script, so that nothing inside of strings, comments and dollar
 * quotes counts, and neither do casts (`a::text`) and slices (`a[1:n]`).
 */
export function fillVariables(tokens: readonly Token[], variables: Readonly<Record<string, string>>): FilledVariables {
  const edits: Edit[] = []
  const problems: { index: number; problem: string }[] = []
  for (const [index, colon] of tokens.entries()) {
    const quoted = tokens[index + 1]
    if (colon.text !== ':' || quoted?.start !== colon.end || !/^['"]/.test(quoted.text)) continue
    try {
      // The space keeps a constant that stands before it from growing by it: 'a':'b' would be one constant.
      edits.push({ start: colon.start, end: quoted.end, text: ` ${sqlOf(quoted.text, variables)}` })
    } catch (error) {
      if (!isPrismaIamError(error) && !(error instanceof Unusable)) throw error
      problems.push({ index: colon.start, problem: `:${quoted.text}: ${error.message}` })
    }
  }
  return { edits, problems }
}

class Unusable extends Error {}

function sqlOf(quoted: string, variables: Readonly<Record<string, string>>): string {
  // psql's own letters of a variable (psqlscan.l, variable_char).
  const [, mark, name] = /^(['"])([A-Za-z0-9_\u0080-\u{10ffff}]+)\1$/u.exec(quoted) ?? []
  if (name === undefined) {
    throw new Unusable('this does not name a variable; where it means the end of a slice, put a space behind the colon')
  }
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value === undefined) {
    throw new Unusable(`there is no such variable in \`hooks.variables\`${didYouMean(name, Object.keys(variables))}`)
  }
  return mark === '"' ? identifier(value) : literal(value)
}
