import type { IndexStmt } from 'libpg-query-16'
import type { Piece } from '../statements/split.ts'
import { isWord, type Token } from '../statements/tokens.ts'
import type { ServerError } from '../wire/messages.ts'
import { literal } from './literal.ts'
import { parse } from './parser.ts'
import { refusal } from './rules.ts'
import { version } from './version.ts'

/** A statement that only DSQL has, or answers differently: what PostgreSQL is sent instead and the tag that the client is told, or a refusal. */
export type Translation = { sql: string; tag: string; effect: 'ddl' | 'none' } | { refusal: ServerError }

/**
 * Knows the statements that PostgreSQL's grammar lacks, by their tokens: it takes an unnamed `CREATE INDEX ASYNC ON t`
 * for an index named "async". Undefined for everything else.
 */
export function translate(piece: Piece, user: string): Translation | undefined {
  const [first, second] = piece.tokens
  if (isWord(first, 'AWS') && isWord(second, 'IAM')) return translateTrust(piece.tokens, user)
  if (isWord(first, 'CREATE')) {
    const at = isWord(second, 'UNIQUE') ? 2 : 1
    const async = piece.tokens[at + 1]
    return isWord(piece.tokens[at], 'INDEX') && async && isWord(async, 'ASYNC')
      ? translateIndex(piece, async)
      : undefined
  }
  if (isWord(first, 'SHOW')) return translateShow(piece.tokens)
  const async = piece.tokens[2]
  if (isWord(first, 'ALTER') && isWord(second, 'TABLE') && async && isWord(async, 'ASYNC'))
    return translateValidate(piece, async)
  return undefined
}

function translateShow([, name, beyond]: readonly Token[]): Translation | undefined {
  const shown = { server_version: version.text, server_version_num: version.number }[identifier(name) ?? '']
  return shown === undefined || beyond
    ? undefined
    : { sql: `SELECT ${literal(shown)} AS ${identifier(name)}`, tag: 'SHOW', effect: 'none' }
}

function translateTrust(tokens: readonly Token[], user: string): Translation | undefined {
  const [, , verb, role, preposition, arn, beyond] = tokens
  const grant = isWord(verb, 'GRANT') && isWord(preposition, 'TO')
  const revoke = isWord(verb, 'REVOKE') && isWord(preposition, 'FROM')
  const name = identifier(role)
  // An incomplete one goes to PostgreSQL as it is, for the syntax error.
  if (!(grant || revoke) || name === undefined || !/^'(?:[^']|'')*'$/.test(arn?.text ?? '') || beyond) return undefined
  if (user !== 'admin') return { refusal: refusal('iamPermission', name) }
  const procedure = grant ? 'sys.aws_iam_grant' : 'sys.aws_iam_revoke'
  // The tag that DSQL answers is unknown.
  return {
    sql: `CALL ${procedure}(${literal(name)}, ${arn?.text})`,
    tag: grant ? 'AWS IAM GRANT' : 'AWS IAM REVOKE',
    effect: 'ddl',
  }
}

function translateIndex(piece: Piece, async: Token): Translation {
  const sql = without(piece, async)
  const tree = parse(sql)
  // Wrong in itself: PostgreSQL shall say so; with ASYNC blanked out its positions stay those of the client's text.
  if (!tree || !('IndexStmt' in tree)) return { sql, tag: 'CREATE INDEX', effect: 'ddl' }
  const refused = refuseIndex(tree.IndexStmt, piece.tokens)
  if (refused) return { refusal: refused }
  const unique = piece.tokens[1]
  const plain = tree.IndexStmt.unique && unique ? without({ ...piece, text: sql }, unique) : undefined
  return { sql: job('INDEX_BUILD', sql, plain), tag: 'CREATE INDEX', effect: 'ddl' }
}

function refuseIndex({ concurrent, indexParams }: IndexStmt, tokens: readonly Token[]): ServerError | undefined {
  if (concurrent) return refusal('concurrently')
  // The tree names a method also where none was written. USING is reserved, so it is nothing else here.
  if (tokens.some((token) => isWord(token, 'USING'))) return refusal('indexMethod')
  const keys = (indexParams ?? []).flatMap((node) => ('IndexElem' in node ? node.IndexElem : []))
  const ordered = keys.some(
    ({ ordering, nulls_ordering }) => ordering !== 'SORTBY_DEFAULT' || nulls_ordering !== 'SORTBY_NULLS_DEFAULT',
  )
  if (ordered) return refusal('sortOrder')
  return keys.some(({ opclass }) => opclass !== undefined) ? refusal('opclass') : undefined
}

function translateValidate(piece: Piece, async: Token): Translation | undefined {
  const sql = without(piece, async)
  const tree = parse(sql)
  // Otherwise it is about a table that is named async.
  const commands = tree && 'AlterTableStmt' in tree ? (tree.AlterTableStmt.cmds ?? []) : []
  const validates = commands.map(
    (cmd) => 'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_ValidateConstraint',
  )
  return validates.length === 1 && validates[0]
    ? { sql: job('VALIDATE_CONSTRAINT', sql), tag: 'ALTER TABLE', effect: 'ddl' }
    : undefined
}

function job(type: string, ...statements: (string | undefined)[]): string {
  const given = statements.flatMap((sql) => (sql === undefined ? [] : [literal(sql)]))
  return `SELECT sys.run_job(${[literal(type), ...given].join(', ')}) AS job_id`
}

function without({ text, start }: Piece, token: Token): string {
  return text.slice(0, token.start - start) + ' '.repeat(token.text.length) + text.slice(token.end - start)
}

function identifier(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text.toLowerCase()
  return token?.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : undefined
}
