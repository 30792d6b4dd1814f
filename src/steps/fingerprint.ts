import { createHash } from 'node:crypto'
import { sqlState } from './failure.ts'
import type { StepSession } from './session.ts'
import type { Touched } from './step.ts'

/**
 * A digest of all that the catalogs say of some objects; an object that is not there has a state, too.
 *
 * It holds names, numbers and definitions, and nothing that the server changes on its own account (statistics).
 */
export async function fingerprint(touches: readonly Touched[], session: StepSession): Promise<string> {
  const digest = createHash('sha256')
  // What names no object is about roles: CREATE ROLE, AWS IAM GRANT, a grant on all tables.
  for (const facet of touches.length === 0 ? ofRoles : []) digest.update(JSON.stringify(await read(facet, [], session)))
  for (const { kind, schema, name } of touches) {
    for (const facet of facets[kind]) {
      const rows = await read(facet, kind === 'schema' ? [name] : [name, schema], session)
      digest.update(JSON.stringify([kind, schema, name, rows]))
    }
  }
  return digest.digest('hex')
}

/** Leaves out what this server's catalogs do not have: DSQL's are not documented table by table. */
async function read(facet: string, values: readonly unknown[], session: StepSession): Promise<unknown> {
  try {
    return (await session.query(facet, values)).rows
  } catch (error) {
    if (missing.has(sqlState(error))) return []
    throw error
  }
}

const missing: ReadonlySet<unknown> = new Set(['42P01', '42703', '42883', '42501', '0A000'])

/** $1 is the name; $2 the schema, or null for any in the search path. */
const inSchema = '(n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))'

const ofRelation = (columns: string, from: string, by: string, order: string) =>
  `SELECT ${columns} FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN ${from} ON ${by} WHERE c.relname = $1 AND ${inSchema} ORDER BY c.oid, ${order}`

const ofRoles: readonly string[] = [
  'SELECT r.oid, r.rolname, r.rolcanlogin, r.rolconnlimit FROM pg_catalog.pg_roles r ORDER BY r.oid',
  'SELECT m.roleid, m.member FROM pg_catalog.pg_auth_members m ORDER BY m.roleid, m.member',
  'SELECT m.arn, m.pg_role_oid FROM sys.iam_pg_role_mappings m ORDER BY m.arn, m.pg_role_oid',
  'SELECT d.defaclrole, d.defaclnamespace, d.defaclobjtype, d.defaclacl::text FROM pg_catalog.pg_default_acl d ORDER BY d.oid',
]

const facets: Record<Touched['kind'], readonly string[]> = {
  relation: [
    `SELECT c.oid, n.nspname, c.relkind, c.relowner, c.relacl::text, c.reloptions::text, c.relpersistence, c.relreplident,
            c.relrowsecurity
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = $1 AND ${inSchema} ORDER BY c.oid`,
    ofRelation(
      `a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull, a.attidentity, a.attgenerated,
       a.attisdropped, a.attstorage, a.attacl::text, d.adbin::text`,
      `pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_catalog.pg_attrdef d`,
      'd.adrelid = c.oid AND d.adnum = a.attnum',
      'a.attnum',
    ),
    ofRelation(
      `k.oid, k.conname, k.contype, k.convalidated, k.condeferrable, k.condeferred, k.confrelid, k.conkey::text,
       k.confkey::text, k.confupdtype, k.confdeltype, k.conbin::text`,
      'pg_catalog.pg_constraint k',
      'k.conrelid = c.oid',
      'k.oid',
    ),
    ofRelation(
      'i.indexrelid, i.indisvalid, i.indisunique, i.indisprimary, i.indkey::text, r.relname, r.reloptions::text',
      'pg_catalog.pg_index i JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid',
      'c.oid IN (i.indrelid, i.indexrelid)',
      'i.indexrelid',
    ),
    ofRelation('e.objsubid, e.description', 'pg_catalog.pg_description e', 'e.objoid = c.oid', 'e.objsubid'),
    ofRelation('w.rulename, w.ev_action::text', 'pg_catalog.pg_rewrite w', 'w.ev_class = c.oid', 'w.rulename'),
    ofRelation(
      's.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle',
      'pg_catalog.pg_sequence s',
      's.seqrelid = c.oid',
      's.seqrelid',
    ),
  ],
  routine: [
    `SELECT p.oid, n.nspname, p.prokind, p.proowner, p.proargtypes::text, p.prorettype, p.prosrc, p.prosqlbody::text,
            p.provolatile, p.proisstrict, p.prosecdef, p.proconfig::text, p.proacl::text
       FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.proname = $1 AND ${inSchema} ORDER BY p.oid`,
  ],
  type: [
    `SELECT t.oid, n.nspname, t.typtype, t.typowner, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault, t.typacl::text
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typname = $1 AND ${inSchema} ORDER BY t.oid`,
    `SELECT k.oid, k.conname, k.convalidated, k.conbin::text
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid
      WHERE t.typname = $1 AND ${inSchema} ORDER BY k.oid`,
  ],
  schema: [
    `SELECT n.oid, n.nspowner, n.nspacl::text
       FROM pg_catalog.pg_namespace n WHERE n.nspname = $1`,
  ],
}
