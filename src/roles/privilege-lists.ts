import type { Depth } from './readable.ts'

/**
 * The privileges on schemas, tables, sequences and columns as PostgreSQL keeps them: objects with equal lists in one row
 * (`objects`, `"column"`, `acl`), an absent list told as the defaults that it means. For 100 roles on 2,000 tables this is
 * one row, where a row for each privilege was 200,000.
 *
 * @param chosen a condition on the schema `n` of an object
 * @param more further rows of object, column and list
 */
export function privilegeLists(
  chosen: string,
  { functions, databases }: Pick<Depth, 'functions' | 'databases'>,
  more: string[] = [],
): string {
  const lists = [...everywhere(chosen), ...(functions ? [ofFunctions(chosen)] : []), ...(databases ? [ofDatabase] : [])]
  return `
  select array_agg(a.object) as objects, a."column", a.acl
  from (${[...lists, ...more].join('\n    union all')}
  ) a
  group by a."column", a.acl`
}

function everywhere(chosen: string): string[] {
  return [
    `
    select 'schema:' || n.oid as object, null as "column", coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from pg_catalog.pg_namespace n
    where ${chosen}`,
    `
    select case c.relkind when 'S' then 'sequence:' else 'table:' end || c.oid, null,
           coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${chosen} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`,
    `
    select 'table:' || c.oid, t.attname::text, t.attacl
    from pg_catalog.pg_attribute t
    join pg_catalog.pg_class c on c.oid = t.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${chosen} and t.attacl is not null and not t.attisdropped`,
  ]
}

function ofFunctions(chosen: string): string {
  return `
    select 'function:' || p.oid, null, coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where ${chosen}`
}

const ofDatabase = `
    select 'database:' || d.oid, null, coalesce(d.datacl, acldefault('d', d.datdba))
    from pg_catalog.pg_database d
    where d.datname = current_database()`
