/** Names and definitions by kind; each query answers `name` and `definition`. */
export const catalogQueries: Readonly<Record<string, string>> = {
  schema: `
    SELECT nspname AS name, concat_ws(' ', nspowner::regrole, ${acl('nspacl')}) AS definition
    FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND ${own('pg_namespace', 'oid')}`,
  extension: `
    SELECT extname AS name, concat_ws(' ', extversion, extnamespace::regnamespace) AS definition FROM pg_extension`,
  ...relations('table', "'r', 'p'", 'pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid)'),
  ...relations('view', "'v', 'm'", 'pg_get_viewdef(c.oid), c.relispopulated'),
  ...relations(
    'sequence',
    "'S'",
    `(SELECT concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin,
      s.seqmax, s.seqcache, s.seqcycle, pg_sequence_last_value(s.seqrelid)) FROM pg_sequence s WHERE s.seqrelid = c.oid),
      (SELECT string_agg(concat(d.deptype, ' ', d.refobjid::regclass, ' ', d.refobjsubid), ',') FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))`,
  ),
  ...relations(
    'foreign table',
    "'f'",
    `(SELECT concat_ws(' ', s.srvname, f.ftoptions) FROM pg_foreign_table f
      JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)`,
  ),
  column: `
    SELECT concat(a.attrelid::regclass, ' ', a.attname) AS name,
      concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        'default ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity::text, ''),
        'generated ' || nullif(a.attgenerated::text, ''), 'collate ' || nullif(a.attcollation, t.typcollation)::regcollation,
        'storage ' || a.attstorage::text, 'compression ' || nullif(a.attcompression::text, ''), 'local ' || a.attislocal,
        'statistics ' || a.attstattarget, a.attoptions, a.attfdwoptions, ${acl('a.attacl')}) AS definition
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${inside('c.relnamespace')}
      AND ${own('pg_class', 'c.oid')}`,
  constraint: `
    SELECT concat_ws(' on ', conname, coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text)) AS name,
      concat_ws(' ', contype, pg_get_constraintdef(oid), 'valid ' || convalidated, 'inherits ' || coninhcount || conislocal) AS definition
    FROM pg_constraint c WHERE ${inside('connamespace')} AND ${own('pg_constraint', 'oid')}`,
  index: `
    SELECT concat_ws(' on ', indexrelid::regclass, indrelid::regclass) AS name,
      concat_ws(' ', pg_get_indexdef(indexrelid), 'valid', indisvalid, indisready, indislive, 'primary', indisprimary,
        'clustered', indisclustered, 'identity', indisreplident, 'immediate', indimmediate) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE ${inside('c.relnamespace')}`,
  rule: `
    SELECT concat_ws(' on ', rulename, ev_class::regclass) AS name, concat_ws(' ', pg_get_ruledef(r.oid), ev_enabled) AS definition
    FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class WHERE rulename <> '_RETURN' AND ${inside('c.relnamespace')}`,
  trigger: `
    SELECT concat_ws(' on ', tgname, tgrelid::regclass) AS name, concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled) AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND ${inside('c.relnamespace')}`,
  policy: `
    SELECT concat_ws(' on ', policyname, format('%I.%I', schemaname, tablename)) AS name,
      concat_ws(' ', permissive, roles, cmd, 'using ' || qual, 'check ' || with_check) AS definition FROM pg_policies`,
  function: `
    SELECT p.oid::regprocedure::text AS name, concat_ws(' ', p.prokind, p.proowner::regrole, ${acl('p.proacl')},
      CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
      (SELECT concat_ws(' ', aggtransfn, aggfinalfn, aggcombinefn, aggtranstype::regtype, agginitval, aggsortop::regoperator)
       FROM pg_aggregate WHERE aggfnoid = p.oid)) AS definition
    FROM pg_proc p WHERE ${inside('p.pronamespace')} AND ${own('pg_proc', 'p.oid')}`,
  type: `
    SELECT t.oid::regtype::text AS name, concat_ws(' ', t.typtype, t.typowner::regrole, ${acl('t.typacl')},
      (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
      format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typdefault, CASE WHEN t.typnotnull THEN 'NOT NULL' END,
      (SELECT concat_ws(' ', rngsubtype::regtype, rngsubdiff) FROM pg_range WHERE rngtypid = t.oid)) AS definition
    FROM pg_type t WHERE t.typelem = 0 AND ${inside('t.typnamespace')} AND ${own('pg_type', 't.oid')}`,
  statistics: `
    SELECT stxname AS name, concat_ws(' ', pg_get_statisticsobjdef(oid), to_jsonb(s) ->> 'stxstattarget') AS definition
    FROM pg_statistic_ext s WHERE ${inside('stxnamespace')}`,
  comment: `
    SELECT concat(pg_describe_object(classoid, objoid, objsubid), '') AS name, description AS definition
    FROM pg_description WHERE objoid >= 16384 AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = classoid AND objid = objoid AND deptype = 'e') AND classoid <> 'pg_extension'::regclass`,
  'default privilege': `
    SELECT concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype) AS name,
      ${acl('defaclacl')} AS definition FROM pg_default_acl`,
  'event trigger': `
    SELECT evtname AS name, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags) AS definition FROM pg_event_trigger`,
  publication: `
    SELECT pubname AS name, concat_ws(' ', puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot,
      (SELECT string_agg(prrelid::regclass::text, ',' ORDER BY prrelid::regclass::text) FROM pg_publication_rel WHERE prpubid = p.oid)) AS definition
    FROM pg_publication p`,
  operator: `SELECT oid::regoperator::text AS name, concat_ws(' ', oprcode, oprcom::regoperator, oprrest, oprjoin) AS definition
    FROM pg_operator WHERE ${inside('oprnamespace')} AND ${own('pg_operator', 'oid')}`,
  cast: `SELECT concat_ws(' as ', castsource::regtype, casttarget::regtype) AS name,
      concat_ws(' ', castfunc::regprocedure, castcontext, castmethod) AS definition
    FROM pg_cast WHERE oid >= 16384 AND ${own('pg_cast', 'oid')}`,
  collation: `SELECT oid::regcollation::text AS name, concat_ws(' ', collprovider, collisdeterministic, collcollate) AS definition
    FROM pg_collation WHERE ${inside('collnamespace')}`,
  'text search': `
    SELECT concat_ws(' ', c.oid::regconfig, m.maptokentype) AS name,
      string_agg(m.mapdict::regdictionary::text, ',' ORDER BY m.mapseqno) AS definition
    FROM pg_ts_config c LEFT JOIN pg_ts_config_map m ON m.mapcfg = c.oid WHERE ${inside('c.cfgnamespace')} GROUP BY 1, c.oid, m.maptokentype`,
  server: `SELECT srvname AS name, concat_ws(' ', srvowner::regrole, srvtype, srvversion, srvoptions, ${acl('srvacl')}) AS definition
    FROM pg_foreign_server`,
  setting: `SELECT concat_ws(' ', 'role ' || nullif(setrole, 0)::regrole, 'database ' || (
      SELECT datname FROM pg_database WHERE oid = setdatabase)) AS name, array_to_string(setconfig, ', ') AS definition
    FROM pg_db_role_setting`,
  database: `SELECT 'this' AS name, concat_ws(' ', datdba::regrole, datconnlimit, ${acl('datacl')}) AS definition
    FROM pg_database WHERE datname = current_database()`,
  role: `SELECT rolname AS name, concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
      rolconnlimit, rolbypassrls, rolvaliduntil, (SELECT string_agg(concat(m.roleid::regrole, ' ', m.admin_option), ','
        ORDER BY m.roleid::regrole::text) FROM pg_auth_members m WHERE m.member = pg_roles.oid)) AS definition
    FROM pg_roles WHERE rolname !~ '^pg_'`,
}

function relations(kind: string, kinds: string, more: string): Record<string, string> {
  return {
    [kind]: `
    SELECT c.oid::regclass::text AS name, concat_ws(' ', c.relkind, c.relpersistence, c.relowner::regrole, ${acl('c.relacl')},
      c.reloptions, CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END,
      'identity ' || c.relreplident::text, (SELECT amname FROM pg_am WHERE oid = c.relam),
      'inherits ' || (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
      ${more}) AS definition
    FROM pg_class c WHERE c.relkind IN (${kinds}) AND ${inside('c.relnamespace')} AND ${own('pg_class', 'c.oid')}`,
  }
}

/** The order of grants is not a part of what they say. */
function acl(column: string): string {
  return `(SELECT string_agg(item::text, ',' ORDER BY item::text) FROM unnest(${column}) AS item)`
}

function inside(namespace: string): string {
  return `${namespace} IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')`
}

/** Not a part of an extension. */
function own(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`
}
