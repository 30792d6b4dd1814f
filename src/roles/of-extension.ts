/** Whether an object came with an extension, which then answers for it. */
export function ofExtension(catalog: string, oid: string): string {
  return `exists (select 1 from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`
}
