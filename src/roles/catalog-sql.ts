import { ofExtension } from './of-extension.ts'
import { privilegeLists } from './privilege-lists.ts'

/**
 * One question to the catalogs per constant; no LEFT JOIN LATERAL, which Aurora DSQL gets wrong (42804, seen 2026-09).
 * `$1` holds the names of schemas, or is null for all but the system's.
 */

const chosen = `(n.nspname = any($1::text[])
    or $1::text[] is null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')`

const futureKind = `case d.defaclobjtype when 'r' then 'future table' when 'S' then 'future sequence' else 'future function' end`

/** Who asks. */
export const session = `
select session_user::text as login, current_user::text as creator,
       current_setting('server_version_num')::int as version,
       coalesce(current_setting('createrole_self_grant', true), '') as "selfGrant"`

/** All roles: names that are near a misspelt one are looked for among them. */
export const roles = `
select rolname::text as name, rolcanlogin as login, rolsuper as superuser, rolconnlimit as "connectionLimit"
from pg_catalog.pg_roles`

/**
 * All memberships. Until PostgreSQL 15 inheriting is the member's trait; since 16 each membership has its own, and who
 * creates a role is given one that can be handed on but gives nothing by itself.
 */
export function memberships(version: number): string {
  const [inherits, usable] =
    version >= 160000 ? ['a.inherit_option', 'a.inherit_option or a.set_option'] : ['m.rolinherit', 'true']
  return `
select m.rolname::text as member, g.rolname::text as role,
       bool_or(${inherits}) as inherits, bool_or(${usable}) as usable
from pg_catalog.pg_auth_members a
join pg_catalog.pg_roles m on m.oid = a.member
join pg_catalog.pg_roles g on g.oid = a.roleid
group by 1, 2`
}

/** Which catalogs are looked into, beside those of schemas and relations. */
export interface Depth {
  readonly functions: boolean
  readonly databases: boolean
}

/**
 * All schemas, and what the chosen ones hold. `ofExtension`: it belongs to an extension.
 * Only `serial` columns need their sequence to be granted (dependency 'a'); identity columns ('i') number by themselves.
 */
export function objects({ functions, databases }: Depth): string {
  return `
select 'schema:' || n.oid as id, 'schema' as kind, n.nspname::text as schema, n.nspname::text as name,
       pg_get_userbyid(n.nspowner)::text as owner, null as "partOf", null as takes, false as "ofExtension"
from pg_catalog.pg_namespace n
union all
select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid,
       case c.relkind when 'S' then 'sequence' else 'table' end,
       n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text,
       'table:' || d.refobjid, null, ${ofExtension('pg_class', 'c.oid')}
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'a' and d.refobjsubid > 0
  and c.relkind = 'S'
where ${chosen} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
union all
select 'future:' || d.oid, ${futureKind}, coalesce(n.nspname::text, ''), pg_get_userbyid(d.defaclrole)::text,
       pg_get_userbyid(d.defaclrole)::text, null, null, false
from pg_catalog.pg_default_acl d
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
where (${chosen} or $1::text[] is null and d.defaclnamespace = 0) and d.defaclobjtype in ('r', 'S', 'f')${
    functions
      ? `
union all
select 'function:' || p.oid, case p.prokind when 'p' then 'procedure' else 'function' end,
       n.nspname::text, p.proname::text, pg_get_userbyid(p.proowner)::text,
       null, oidvectortypes(p.proargtypes), ${ofExtension('pg_proc', 'p.oid')}
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where ${chosen}`
      : ''
  }${
    databases
      ? `
union all
select 'database:' || b.oid, 'database', '', b.datname::text, pg_get_userbyid(b.datdba)::text, null, null, false
from pg_catalog.pg_database b
where b.datname = current_database()`
      : ''
  }
order by 2, 3, 4, 7`
}

/** What the declared roles ($2) hold: the holders and what they hold side by side. */
export function held(depth: Depth): string {
  return `
select g.objects, g."column", x.roles, x.privileges
from (${privilegeLists(chosen, depth, [ofFuture])}
) g
cross join lateral (
  select array_agg(y.role order by y.role) as roles, array_agg(y.privileges order by y.role) as privileges
  from (
    select r.rolname::text as role, string_agg(e.privilege_type, ',') as privileges
    from aclexplode(g.acl) e
    join pg_catalog.pg_roles r on r.oid = e.grantee
    where r.rolname = any($2::text[])
    group by r.rolname
  ) y
) x
where x.roles is not null
order by g."column" nulls first`
}

const ofFuture = `
    select 'future:' || d.oid, null, d.defaclacl
    from pg_catalog.pg_default_acl d
    left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
    where ${chosen} or $1::text[] is null and d.defaclnamespace = 0`

/** The columns of the named tables ($2). */
export const columns: string = `
select 'table:' || c.oid as object, t.attname::text as name
from pg_catalog.pg_attribute t
join pg_catalog.pg_class c on c.oid = t.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where ${chosen} and c.relname = any($2::text[]) and t.attnum > 0 and not t.attisdropped`

/** Aurora DSQL: who may log in as the declared roles ($1). */
export const mappings = `
select pg_role_name::text as role, arn::text as arn from sys.iam_pg_role_mappings
where pg_role_name::text = any($1::text[])`

/**
 * What keeps the roles that shall go ($1): what they own here, and what they own or hold in other databases. Shared
 * objects (`dbid` 0) are in none.
 */
export const keepers = `
select r.rolname::text as role, coalesce(d.datname, current_database())::text as database,
       coalesce(d.datname, current_database()) = current_database() as here, count(*)::int as objects
from pg_catalog.pg_shdepend s
join pg_catalog.pg_roles r on r.oid = s.refobjid
left join pg_catalog.pg_database d on d.oid = s.dbid
where s.refclassid = 'pg_catalog.pg_authid'::regclass and r.rolname = any($1::text[])
  and (s.deptype = 'o' or d.datname <> current_database())
group by 1, 2, 3`
