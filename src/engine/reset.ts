import { untilAgreed } from '../steps/conflict.ts'
import type { StepEdges } from '../steps/scene.ts'
import type { Session } from './session.ts'

/** What Prisma's engine sends to empty a database, a schema at a time (schema-engine-wasm 7.10.0-7). */
const command = /^\s*(?<verb>DROP|CREATE) SCHEMA "(?<schema>(?:[^"]|"")+)"(?: CASCADE)?\s*;?\s*$/

/**
 * Answers a reset where the schema must stay: the lease of the deploy lock stands in it, and DSQL's `public` belongs to
 * the system. What the schema holds is dropped piece by piece, and what is remembered of steps and hooks is forgotten.
 *
 * @returns whether the text was a part of a reset.
 */
export async function resetInPlace(text: string, session: Session, edges: StepEdges): Promise<boolean> {
  const { verb, schema } = command.exec(text)?.groups ?? {}
  if (schema === undefined) return false
  const values = [schema.replaceAll('""', '"')]
  const ask = async (sql: string) => (await untilAgreed(() => session.query(sql, values), edges)).rows
  if (verb === 'CREATE') return (await ask('SELECT FROM pg_namespace WHERE nspname = $1')).length > 0
  for (const { begins, ends = '', names } of pieces) {
    for (const [name] of await ask(names))
      await untilAgreed(() => session.script(`${begins} ${name ?? ''}${ends}`), edges)
  }
  return true
}

const relations = (which: string) =>
  `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND ${which} ORDER BY c.relname <> '_prisma_migrations', c.relname`

/** A journal without its tables would do harm, a history without them less; so these come first. */
const pieces: readonly { begins: string; ends?: string; names: string }[] = [
  { begins: 'DELETE FROM', names: relations("c.relname IN ('_prisma_iam_steps', '_prisma_iam_hooks')") },
  {
    begins: 'DROP TABLE IF EXISTS',
    ends: ' CASCADE',
    names: relations("c.relkind = 'r' AND c.relname NOT LIKE '\\_prisma\\_iam\\_%'"),
  },
  { begins: 'DROP VIEW IF EXISTS', ends: ' CASCADE', names: relations("c.relkind = 'v'") },
  { begins: 'DROP SEQUENCE IF EXISTS', ends: ' CASCADE', names: relations("c.relkind = 'S'") },
  {
    begins: 'DROP FUNCTION IF EXISTS',
    ends: ' CASCADE',
    names: `SELECT format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 AND p.prokind = 'f' ORDER BY 1`,
  },
  {
    begins: 'DROP DOMAIN IF EXISTS',
    ends: ' CASCADE',
    names: `SELECT format('%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE n.nspname = $1 AND t.typtype = 'd' ORDER BY 1`,
  },
]
