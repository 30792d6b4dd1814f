import { visibleText } from '../../visible-text.ts'

/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** HTML from a template: whatever is put in is escaped, unless it is HTML already; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, at) => text + asText(values[at - 1] ?? '') + part))
}

type Value = string | number | Html | readonly Html[]

function asText(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A name as it is, except for characters that hide or turn what stands beside them. */
export function name(text: string): Html {
  return html`<code>${visibleText(text)}</code>`
}
