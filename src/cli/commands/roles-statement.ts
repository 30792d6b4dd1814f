import { visibleText } from '../../roles/visible-text.ts'

/** A statement as it may stand on a terminal, where a name with an escape sequence could paint over what is true. */
export function printable(sql: string): string {
  if (!control.test(sql)) return `${sql};`
  return `-- a name here has control characters; as JSON: ${visibleText(JSON.stringify(sql))}`
}

const control = /[\p{Cc}\p{Cf}]/u
