import { literal } from '../sql/quote.ts'
import { privilegeLists } from './privilege-lists.ts'

/**
 * One question to the catalogs per constant; no LEFT JOIN LATERAL, which Aurora DSQL gets wrong (42804, seen 2026-09).
 * `$1` holds the names of the declared schemas.
 */

/** Where to look. */
export interface Scope {
  readonly functions: boolean
  readonly databases: boolean
  /** In every schema but the system's; otherwise in the declared ones. */
  readonly everywhere: boolean
  /** Which those are, beside the ones whose names begin with `pg_`. */
  readonly system: readonly string[]
}

/** Whether the schema `n` is looked into. */
function chosen({ everywhere, system }: Scope): string {
  const declared = 'n.nspname = any($1::text[])'
  return everywhere
    ? `(${declared} or n.nspname !~ '^pg_' and n.nspname not in (${system.map(literal).join(', ')}))`
    : declared
}

/** Who asks, and where. */
export const session = `
select current_database()::text as database, session_user::text as login, current_user::text as creator,
       current_setting('server_version_num')::int as version,
       coalesce(current_setting('createrole_self_grant', true), '') as "selfGrant"`

/**
 * All roles: names that are near a misspelt one are looked for among them. What initdb made has an oid below 16384
 * (FirstNormalObjectId), on Aurora DSQL `admin` too (15579).
 */
export const roles = `
select r.rolname::text as name, r.rolcanlogin as login, r.rolconnlimit as "connectionLimit", r.oid < 16384 as "builtIn",
       r.rolinherit as inherit,
       r.rolsuper as superuser, r.rolcreaterole as "createRole", r.rolcreatedb as "createDatabase",
       r.rolreplication as replication, r.rolbypassrls as "bypassRls"
from pg_catalog.pg_roles r
order by 1`

/**
 * All memberships. Until PostgreSQL 15 inheriting is the member's trait; since 16 each membership has its own, and who
 * creates a role is given one that can be handed on but gives nothing by itself.
 */
export function memberships(version: number): string {
  const [inherits, usable] =
    version >= 160000 ? ['a.inherit_option', 'a.inherit_option or a.set_option'] : ['m.rolinherit', 'true']
  return `
select m.rolname::text as member, g.rolname::text as role,
       bool_or(${inherits}) as inherits, bool_or(${usable}) as usable,
       coalesce(array_agg(pg_get_userbyid(a.grantor)::text) filter (where ${usable}), '{}') as grantors
from pg_catalog.pg_auth_members a
join pg_catalog.pg_roles m on m.oid = a.member
join pg_catalog.pg_roles g on g.oid = a.roleid
group by 1, 2`
}

/**
 * All schemas, and what the chosen ones hold. `ofExtension`: it belongs to an extension.
 * Only `serial` columns need their sequence to be granted (dependency 'a'); identity columns ('i') number by themselves.
 */
export function objects(scope: Scope): string {
  const inside = chosen(scope)
  return `
select 'schema:' || n.oid as id, 'schema' as kind, n.nspname::text as schema, n.nspname::text as name,
       pg_get_userbyid(n.nspowner)::text as owner, null as "partOf", null as takes, false as "asOwner",
       ${ofExtension('pg_namespace', 'n.oid')} as "ofExtension"
from pg_catalog.pg_namespace n
union all
select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid,
       case c.relkind when 'S' then 'sequence' else 'table' end,
       n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text,
       'table:' || d.refobjid, null, false, ${ofExtension('pg_class', 'c.oid')}
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'a' and d.refobjsubid > 0
  and c.relkind = 'S'
where ${inside} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
union all
select 'future:' || d.oid, ${futureKind}, coalesce(n.nspname::text, ''), pg_get_userbyid(d.defaclrole)::text,
       pg_get_userbyid(d.defaclrole)::text, null, null, false, false
${futures(scope)}${scope.functions ? ofFunctions(inside) : ''}${scope.databases ? ofDatabase : ''}
order by 2, 3, 4, 7`
}

/** Whether an object came with an extension, which then answers for it. */
function ofExtension(catalog: string, oid: string): string {
  return `exists (select 1 from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`
}

const futureKind = `'future ' || case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function'
         when 'T' then 'type' when 'n' then 'schema' else 'large object' end`

/** What is said of objects that are made later; of those in whichever schema only where all are looked at. */
function futures(scope: Scope): string {
  return `from pg_catalog.pg_default_acl d
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
where ${chosen(scope)}${scope.everywhere ? ' or d.defaclnamespace = 0' : ''}`
}

function ofFunctions(inside: string): string {
  return `
union all
select 'function:' || p.oid, case p.prokind when 'p' then 'procedure' else 'function' end,
       n.nspname::text, p.proname::text, pg_get_userbyid(p.proowner)::text,
       null, oidvectortypes(p.proargtypes), p.prosecdef, ${ofExtension('pg_proc', 'p.oid')}
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where ${inside}`
}

const ofDatabase = `
union all
select 'database:' || b.oid, 'database', '', b.datname::text, pg_get_userbyid(b.datdba)::text, null, null, false, false
from pg_catalog.pg_database b
where b.datname = current_database()`

/**
 * What roles hold, and from whom: of those in `$2`, or of everybody (no role stands for PUBLIC) where that is null.
 * Holders and what they hold stand side by side; `*` marks what may be handed on.
 */
export function held(scope: Scope): string {
  const future = `
    select 'future:' || d.oid, null, d.defaclacl
    ${futures(scope)}`
  return `
select g.objects, g."column", x.roles, x.grantors, x.privileges
from (${privilegeLists(chosen(scope), scope, [future])}
) g
cross join lateral (
  select array_agg(y.role order by y.role) as roles, array_agg(y.grantor order by y.role) as grantors,
         array_agg(y.privileges order by y.role) as privileges
  from (
    select r.rolname::text as role, pg_get_userbyid(e.grantor)::text as grantor,
           string_agg(e.privilege_type || case when e.is_grantable then '*' else '' end, ',') as privileges
    from aclexplode(g.acl) e
    left join pg_catalog.pg_roles r on r.oid = e.grantee
    where case when $2::text[] is null then e.grantee = 0 or r.oid is not null else r.rolname = any($2::text[]) end
    group by r.rolname, e.grantor
  ) y
) x
where x.roles is not null
order by g."column" nulls first`
}

/** The columns of the named tables ($2). */
export function columns(scope: Scope): string {
  return `
select 'table:' || c.oid as object, t.attname::text as name
from pg_catalog.pg_attribute t
join pg_catalog.pg_class c on c.oid = t.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where ${chosen(scope)} and c.relname = any($2::text[]) and t.attnum > 0 and not t.attisdropped`
}

/** Aurora DSQL: who may log in as the roles in `$1`, or as anybody where that is null. */
export const mappings = `
select pg_role_name::text as role, arn::text as arn from sys.iam_pg_role_mappings
where $1::text[] is null or pg_role_name::text = any($1::text[])
order by 1, 2`

/** May this session see whether a role has a password? On RDS and Aurora nobody but AWS may. */
export const seesPasswords = `select has_table_privilege('pg_catalog.pg_authid', 'SELECT') as sees`

/** Who has a password; never the password. */
export const passwords = `select rolname::text as name from pg_catalog.pg_authid where rolpassword is not null`

/**
 * What keeps the roles that shall go ($1): what they own here, rights here on kinds of objects that are not looked at and
 * places in policies (`rights`), and what they own or hold in other databases. Shared objects (`dbid` 0) are in none. A type of
 * the service's own goes with what the service keeps there, such as who may log in.
 */
export function keepers({ system }: Pick<Scope, 'system'>): string {
  return `
select role, database, here, rights, count(*)::int as objects, (array_agg(words order by words))[1:3] as words
from (
  select r.rolname::text as role, coalesce(d.datname, current_database())::text as database,
         coalesce(d.datname, current_database()) = current_database() as here, s.deptype <> 'o' as rights,
         case when coalesce(d.datname, current_database()) = current_database()
              then pg_describe_object(s.classid, s.objid, 0) else '' end as words
  from pg_catalog.pg_shdepend s
  join pg_catalog.pg_roles r on r.oid = s.refobjid
  left join pg_catalog.pg_database d on d.oid = s.dbid
  where s.refclassid = 'pg_catalog.pg_authid'::regclass and r.rolname = any($1::text[])
    and (s.deptype = 'o' or d.datname <> current_database() or s.deptype = 'r' or s.deptype = 'a'
         and s.classid <> all('{pg_catalog.pg_class,pg_catalog.pg_namespace,pg_catalog.pg_proc,pg_catalog.pg_default_acl}'::regclass[])
         and (s.classid <> 'pg_catalog.pg_database'::regclass
              or s.objid <> (select b.oid from pg_catalog.pg_database b where b.datname = current_database()))
         and not exists (select from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
           where s.classid = 'pg_catalog.pg_type'::regclass and t.oid = s.objid and n.nspname in (${system.map(literal).join(', ')})))
) k
group by 1, 2, 3, 4`
}
