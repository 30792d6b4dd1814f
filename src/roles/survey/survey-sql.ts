import { ofExtension } from '../of-extension.ts'
import { privilegeLists } from '../privilege-lists.ts'

/** One question about the whole database per constant; no LEFT JOIN LATERAL, which Aurora DSQL gets wrong (42804, seen 2026-09). */

/** All roles. What initdb made has an oid below 16384 (FirstNormalObjectId), on Aurora DSQL `admin` too (15579). */
export const people = `
select r.rolname::text as name, r.rolcanlogin as login, r.rolconnlimit as "connectionLimit", r.oid < 16384 as "builtIn",
       r.rolsuper as superuser, r.rolcreaterole as "createRole", r.rolcreatedb as "createDatabase",
       r.rolreplication as replication, r.rolbypassrls as "bypassRls"
from pg_catalog.pg_roles r
order by 1`

/** Which database is looked at. */
export const database = `select current_database()::text as name`

/** May this session see whether a role has a password? On RDS and Aurora nobody but AWS may. */
export const seesPasswords = `select has_table_privilege('pg_catalog.pg_authid', 'SELECT') as sees`

/** Who has a password; never the password. */
export const passwords = `select rolname::text as name from pg_catalog.pg_authid where rolpassword is not null`

/** Where a schema is the project's own; $1 names the service's schemas beside PostgreSQL's. */
const own = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all($1::text[])`

const relations = `c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`

/** What is asked only where all of PostgreSQL's catalogs can be read. */
interface Reach {
  readonly allCatalogs: boolean
}

/** This database, its schemas, relations and functions, without those that belong to an extension. */
export function things({ allCatalogs }: Reach): string {
  return `
select 'schema:' || n.oid as id, 'schema' as kind, n.nspname::text as schema, n.nspname::text as name,
       pg_catalog.pg_get_userbyid(n.nspowner)::text as owner, null as takes, false as "asOwner"
from pg_catalog.pg_namespace n where ${own} and not ${ofExtension('pg_namespace', 'n.oid')}
union all
select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid,
       case c.relkind when 'S' then 'sequence' else 'table' end,
       n.nspname::text, c.relname::text, pg_catalog.pg_get_userbyid(c.relowner)::text, null, false
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where ${own} and ${relations} and not ${ofExtension('pg_class', 'c.oid')}
${allCatalogs ? databaseAndFunctions : ''}
order by 2, 3, 4, 6`
}

const databaseAndFunctions = `
union all
select 'database:' || d.oid, 'database', null, d.datname::text, pg_catalog.pg_get_userbyid(d.datdba)::text, null, false
from pg_catalog.pg_database d where d.datname = current_database()
union all
select 'function:' || p.oid, case p.prokind when 'p' then 'procedure' else 'function' end,
       n.nspname::text, p.proname::text, pg_catalog.pg_get_userbyid(p.proowner)::text,
       pg_catalog.oidvectortypes(p.proargtypes), p.prosecdef
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where ${own} and not ${ofExtension('pg_proc', 'p.oid')}`

/** Who was granted what on them; no role stands for PUBLIC. */
export function grants({ allCatalogs }: Reach): string {
  return `
select g.objects, g."column", x.roles, x.privileges
from (${privilegeLists(own, { functions: allCatalogs, databases: allCatalogs })}
) g
cross join lateral (
  select array_agg(y.role) as roles, array_agg(y.privileges) as privileges
  from (
    select r.rolname::text as role, string_agg(e.privilege_type, ',') as privileges
    from aclexplode(g.acl) e
    left join pg_catalog.pg_roles r on r.oid = e.grantee
    where e.grantee = 0 or r.oid is not null
    group by r.rolname
  ) y
) x
where x.roles is not null`
}

/** What objects that are made later grant by themselves; for all schemas where none is named. */
export const defaults = `
select pg_catalog.pg_get_userbyid(d.defaclrole)::text as maker, n.nspname::text as schema,
       case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function'
                            when 'n' then 'schema' else 'type' end as kind,
       r.rolname::text as role, x.privileges
from pg_catalog.pg_default_acl d
cross join lateral (
  select grantee, string_agg(privilege_type, ',') as privileges from aclexplode(d.defaclacl) group by grantee
) x
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
left join pg_catalog.pg_roles r on r.oid = x.grantee
order by 1, 2, 3, 4`

/** Aurora DSQL: who may log in as whom. */
export const mappings = `
select pg_role_name::text as role, arn::text as arn from sys.iam_pg_role_mappings order by 1, 2`
