/** One question to the catalogs per constant; no LEFT JOIN LATERAL, which Aurora DSQL gets wrong (42804, seen 2026-09). */

/** Who asks. */
export const session = `
select session_user::text as login, current_user::text as creator,
       current_setting('server_version_num')::int as version,
       coalesce(current_setting('createrole_self_grant', true), '') as "selfGrant"`

/** All roles: names that are near a misspelt one are looked for among them. */
export const roles = `
select rolname::text as name, rolcanlogin as login, rolsuper as superuser, rolconnlimit as "connectionLimit"
from pg_catalog.pg_roles`

/** All memberships. Until PostgreSQL 15 inheriting is the member's trait; since 16 each membership has its own. */
export function memberships(version: number): string {
  return `
select m.rolname::text as member, g.rolname::text as role,
       bool_or(${version >= 160000 ? 'a.inherit_option' : 'm.rolinherit'}) as inherits
from pg_catalog.pg_auth_members a
join pg_catalog.pg_roles m on m.oid = a.member
join pg_catalog.pg_roles g on g.oid = a.roleid
group by 1, 2`
}

/**
 * All schemas, and the relations of the declared ones ($1), without those that belong to an extension.
 * Only `serial` columns need their sequence to be granted (dependency 'a'); identity columns ('i') number by themselves.
 */
export const objects = `
select 'schema:' || n.oid as id, 'schema' as kind, n.nspname::text as schema, n.nspname::text as name,
       pg_catalog.pg_get_userbyid(n.nspowner)::text as owner, null as "partOf"
from pg_catalog.pg_namespace n
union all
select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid,
       case c.relkind when 'S' then 'sequence' else 'table' end,
       n.nspname::text, c.relname::text, pg_catalog.pg_get_userbyid(c.relowner)::text,
       'table:' || d.refobjid
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'a' and d.refobjsubid > 0
  and c.relkind = 'S'
where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and not exists (
    select 1 from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
order by 2, 3, 4`

/**
 * What the declared roles ($2) hold in the declared schemas ($1). An absent list of privileges means the defaults.
 * Lists are taken apart one by one: grouping all entries at once took 2 s for 100 roles on 2,000 tables, this 0.1 s.
 */
export const held: string = `
select r.rolname::text as role, a.object, a."column", a.privileges
from (
  select 'schema:' || n.oid as object, null as "column", x.grantee, x.privileges
  from pg_catalog.pg_namespace n
  cross join lateral (${taken(`coalesce(n.nspacl, acldefault('n', n.nspowner))`)}) x
  where n.nspname = any($1::text[])
  union all
  select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid, null, x.grantee, x.privileges
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join lateral (${taken(`coalesce(c.relacl,
    acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))`)}) x
  where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'table:' || c.oid, t.attname::text, x.grantee, x.privileges
  from pg_catalog.pg_attribute t
  join pg_catalog.pg_class c on c.oid = t.attrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join lateral (${taken('t.attacl')}) x
  where n.nspname = any($1::text[]) and t.attacl is not null and not t.attisdropped
) a
join pg_catalog.pg_roles r on r.oid = a.grantee
where r.rolname = any($2::text[])`

/** The columns of the named tables ($2) of the declared schemas ($1). */
export const columns = `
select 'table:' || c.oid as object, t.attname::text as name
from pg_catalog.pg_attribute t
join pg_catalog.pg_class c on c.oid = t.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($1::text[]) and c.relname = any($2::text[]) and t.attnum > 0 and not t.attisdropped`

/** Aurora DSQL: who may log in as the declared roles ($1). */
export const mappings = `
select pg_role_name::text as role, arn::text as arn from sys.iam_pg_role_mappings
where pg_role_name::text = any($1::text[])`

function taken(privileges: string): string {
  return `select grantee, string_agg(privilege_type, ',') as privileges from aclexplode(${privileges}) group by grantee`
}
