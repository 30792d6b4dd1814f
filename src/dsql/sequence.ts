import type { CreateSeqStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { cacheEdits, hasCache } from './columns.ts'
import { edited } from './edit.ts'
import { nameOf } from './names.ts'
import type { Work } from './work.ts'

/** `CREATE SEQUENCE` with the CACHE that DSQL wants, where a project has declared it. */
export function createSequence(work: Work, { options: given, sequence }: CreateSeqStmt): Step[] | undefined {
  const { statement, place, options, say, holds } = work
  const name = nameOf(sequence)
  if (hasCache(given) || !holds('cache')) return undefined
  if (options.identityCache === undefined) {
    say('cache', `the sequence ${name.name}`)
    return undefined
  }
  say('sequenceCache', name.name)
  const written = statement.tokens.some(({ keyword }) => keyword === 'CACHE')
  const sql = written
    ? edited(statement, cacheEdits(statement.tokens, given, 0, options.identityCache))
    : `${statement.text} CACHE ${options.identityCache}`
  return [{ kind: 'schema', place, statements: [sql], touches: [{ kind: 'relation', ...name }] }]
}
