import { type ServerError, typeOf } from '../wire/messages.ts'
import { commandComplete, errorResponse, readFields, writeFields } from '../wire/responses.ts'
import { refusal } from './rules.ts'

/** Turns PostgreSQL's answers into DSQL's, from one ReadyForQuery to the next. */
export interface Answers {
  /**
   * Makes a statement that fails in PostgreSQL, so that its transaction ends as it must, and whose error the client
   * sees as this refusal. In a transaction that has failed already, PostgreSQL says so instead.
   */
  refuse(refusal: ServerError): string
  /** Says that one more statement will complete; with `tag` where the client is told another tag than the server's. */
  expect(tag: string | undefined): void
  /** Says where the characters of a rewritten script stood in the client's. */
  locate(position: (inNew: number) => number | undefined): void
  /** Whatever fails from here on, fails as this. */
  failAs(refusal: ServerError): void
  /** Whether the ends of statements stay as they are. */
  keepTags(): boolean
  /** Rewrites one ErrorResponse, NoticeResponse, CommandComplete, EmptyQueryResponse or PortalSuspended. */
  rewrite(whole: Buffer): Buffer
  /** Forgets everything at ReadyForQuery. */
  reset(): void
}

/** PostgreSQL's words for what DSQL calls a conflict: another has changed it, holds it, or waits for the same. */
export function isConflict(code: string | undefined): boolean {
  return code === '40001' || code === '55P03' || code === '40P01'
}

/** Begins with nothing expected. */
export function createAnswers(): Answers {
  const refusals: ServerError[] = []
  /** How many statements complete with their own tags before the first of `tags`. */
  let untagged = 0
  let tags: (string | undefined)[] = []
  let failing: ServerError | undefined
  let position: (inNew: number) => number | undefined = unmoved

  function rewriteError(whole: Buffer): Buffer {
    const fields = readFields(whole)
    const code = fields.get('C')
    const stood = standIn.exec(fields.get('M') ?? '')
    const refused = code === undefinedTable && stood ? refusals[Number(stood[1])] : undefined
    if (refused) return errorResponse(refused)
    if (failing) return errorResponse(failing)
    if (isConflict(code)) return errorResponse(refusal('conflict'))
    return writeFields('E', present(fields))
  }

  function present(fields: Map<string, string>): Map<string, string> {
    const at = Number(fields.get('P'))
    const moved = at > 0 ? position(at) : undefined
    if (moved === undefined) fields.delete('P')
    else fields.set('P', String(moved))
    // The functions that stand in for DSQL's own statements are not the client's business.
    if (fields.get('W')?.includes(' sys.')) for (const inner of ['W', 'q', 'p']) fields.delete(inner)
    return fields
  }

  return {
    refuse(refused) {
      refusals.push(refused)
      return `SELECT FROM sys.refusal_${refusals.length - 1}`
    },
    expect(tag) {
      if (tag === undefined && tags.length === 0) untagged++
      else tags.push(tag)
    },
    keepTags: () => tags.length === 0,
    locate(mapping) {
      position = mapping
    },
    failAs(refusal) {
      failing = refusal
    },
    rewrite(whole) {
      switch (typeOf(whole)) {
        case 'E':
          return rewriteError(whole)
        case 'N':
          return writeFields('N', present(readFields(whole)))
        default: {
          if (untagged > 0) {
            untagged--
            return whole
          }
          const tag = tags.shift()
          return tag === undefined || typeOf(whole) !== 'C' ? whole : commandComplete(tag)
        }
      }
    },
    reset() {
      if (refusals.length > 0) refusals.length = 0
      untagged = 0
      if (tags.length > 0) tags = []
      failing = undefined
      position = unmoved
    },
  }
}

function unmoved(position: number): number {
  return position
}

// Undefined until DSQL has a table of this name: it fails when it is analysed, in every protocol and transaction state.
const standIn = /"sys\.refusal_(\d+)"/
const undefinedTable = '42P01'
