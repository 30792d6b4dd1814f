import { privileged } from './privileged.ts'

/**
 * Carries over what differs between copies and tables, at COMMIT. The order suits unique values that were freed and
 * taken again, and references to rows that come or go with the same transaction:
 * rows that nothing refers to go first, then changes, then rows that others may refer to, then what is new.
 * Foreign keys act for one thing: the removal of rows, where PostgreSQL looks for references that came meanwhile.
 */
export const applyScript: readonly string[] = [
  `CREATE OR REPLACE FUNCTION sys.columns(rel regclass, prefix text DEFAULT '') RETURNS text ${privileged} AS $$
   BEGIN
     RETURN (SELECT string_agg(prefix || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
       WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
   END $$`,
  // Those that an UPDATE may set.
  `CREATE OR REPLACE FUNCTION sys.settable(rel regclass, prefix text DEFAULT '') RETURNS text ${privileged} AS $$
   BEGIN
     RETURN (SELECT string_agg(prefix || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
       WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a');
   END $$`,
  // How rows of a table and of its copy are matched; NULL for a table without a key.
  `CREATE OR REPLACE FUNCTION sys.matched(rel regclass) RETURNS text ${privileged} AS $$
   BEGIN
     RETURN (SELECT string_agg(format('t.%1$I = c.%1$I', a.attname), ' AND ') FROM pg_index i
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = rel AND i.indisprimary);
   END $$`,
  // Rows without a key are matched by all that they hold, each as often as it is there.
  `CREATE OR REPLACE FUNCTION sys.counted(rel regclass) RETURNS text ${privileged} AS $$
   BEGIN
     RETURN format('(SELECT *, "sys row".ctid AS at, "sys row"::text AS held,
       row_number() OVER (PARTITION BY "sys row"::text) AS nth FROM %s "sys row")', rel);
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.remove(rel regclass, copy regclass) ${privileged} AS $$
   BEGIN
     IF sys.matched(rel) IS NOT NULL THEN
       EXECUTE format('DELETE FROM %s t WHERE NOT EXISTS (SELECT FROM %s c WHERE %s)', rel, copy, sys.matched(rel));
     ELSE
       EXECUTE format('DELETE FROM %s WHERE ctid IN (SELECT t.at FROM %s t WHERE NOT EXISTS
         (SELECT FROM %s c WHERE (t.held, t.nth) = (c.held, c.nth)))', rel, sys.counted(rel), sys.counted(copy));
     END IF;
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.change(rel regclass, copy regclass, filled bigint) ${privileged} AS $$
   BEGIN
     IF sys.matched(rel) IS NOT NULL AND sys.settable(rel) IS NOT NULL THEN
       EXECUTE format('UPDATE %s t SET (%s) = ROW (%s) FROM %s c WHERE %s AND c.cmin::text::bigint > %s',
         rel, sys.settable(rel), sys.settable(rel, 'c.'), copy, sys.matched(rel), filled);
     END IF;
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.add(rel regclass, copy regclass) ${privileged} AS $$
   BEGIN
     EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ',
       rel, sys.columns(rel), sys.columns(rel, 'c.')) || CASE WHEN sys.matched(rel) IS NOT NULL
       THEN format('%s c WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)', copy, rel, sys.matched(rel))
       ELSE format('%s c WHERE NOT EXISTS (SELECT FROM %s t WHERE (t.held, t.nth) = (c.held, c.nth))',
         sys.counted(copy), sys.counted(rel)) END;
   END $$`,
  // FOR UPDATE counts as a change, to those that have changed the row meanwhile and to those that are to change it.
  // FOR KEY SHARE wants the row to be there still.
  `CREATE OR REPLACE PROCEDURE sys.hold_locked(locked regclass) ${privileged} AS $$
   DECLARE
     rows text := format('(SELECT ("sys row").*, mode AS "sys mode" FROM (SELECT held::%s AS "sys row", mode
       FROM pg_temp."sys.locked" WHERE rel = %s) x)', locked, locked::oid);
   BEGIN
     EXECUTE format('SELECT FROM %s t WHERE EXISTS (SELECT FROM %s c WHERE %s AND "sys mode" = ''keyShare'')
       FOR KEY SHARE', locked, rows, sys.matched(locked));
     EXECUTE format('UPDATE %s t SET (%s) = ROW (%s) FROM %s c WHERE %s AND "sys mode" = ''update''',
       locked, sys.settable(locked), sys.settable(locked, 't.'), rows, sys.matched(locked));
   END $$`,
  // Rows that this transaction wrote must still find what they refer to, and keep it from going.
  `CREATE OR REPLACE PROCEDURE sys.hold_references(reference oid) ${privileged} AS $$
   DECLARE
     f pg_constraint;
     same text;
     given text;
     orphaned boolean;
   BEGIN
     SELECT * INTO f FROM pg_constraint WHERE oid = reference;
     SELECT string_agg(format('p.%I = t.%I', p.attname, t.attname), ' AND '),
            string_agg(format('t.%I IS NOT NULL', t.attname), ' AND ') INTO same, given
     FROM unnest(f.conkey, f.confkey) AS k (child, parent)
     JOIN pg_attribute t ON t.attrelid = f.conrelid AND t.attnum = k.child
     JOIN pg_attribute p ON p.attrelid = f.confrelid AND p.attnum = k.parent;
     EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE %s AND %s AND NOT EXISTS (SELECT FROM %s p WHERE %s))',
       f.conrelid::regclass, sys.own('t'), given, f.confrelid::regclass, same) INTO orphaned;
     IF orphaned THEN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'what a row refers to has gone'; END IF;
     EXECUTE format('SELECT FROM %s p WHERE EXISTS (SELECT FROM %s t WHERE %s AND %s) FOR KEY SHARE',
       f.confrelid::regclass, f.conrelid::regclass, sys.own('t'), same);
   END $$`,
  `CREATE OR REPLACE FUNCTION sys.own(alias text) RETURNS text ${privileged} AS $$
   BEGIN
     RETURN format('%s.xmin = %L', alias, pg_current_xact_id()::xid);
   END $$`,
  `CREATE OR REPLACE FUNCTION sys.apply() RETURNS trigger ${privileged} AS $$
   DECLARE
     k record;
     reference oid;
   BEGIN
     CREATE TEMP TABLE "sys.order" ON COMMIT DROP AS
       SELECT rel, copy, filled, EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = rel) AS referred,
         sys.depth(rel) AS depth
       FROM pg_temp."sys.copies";
     PERFORM set_config('session_replication_role', 'replica', true);
     FOR k IN SELECT DISTINCT rel FROM pg_temp."sys.locked" WHERE mode <> '' LOOP CALL sys.hold_locked(k.rel); END LOOP;
     FOR k IN SELECT * FROM pg_temp."sys.order" WHERE NOT referred LOOP CALL sys.remove(k.rel, k.copy); END LOOP;
     FOR k IN SELECT * FROM pg_temp."sys.order" LOOP CALL sys.change(k.rel, k.copy, k.filled); END LOOP;
     PERFORM set_config('session_replication_role', 'origin', true);
     FOR k IN SELECT * FROM pg_temp."sys.order" WHERE referred ORDER BY depth DESC LOOP
       CALL sys.remove(k.rel, k.copy);
     END LOOP;
     PERFORM set_config('session_replication_role', 'replica', true);
     FOR k IN SELECT * FROM pg_temp."sys.order" LOOP CALL sys.add(k.rel, k.copy); END LOOP;
     PERFORM set_config('session_replication_role', 'origin', true);
     FOR reference IN SELECT f.oid FROM pg_constraint f JOIN pg_temp."sys.order" o ON o.rel = f.conrelid
       WHERE f.contype = 'f' LOOP
       CALL sys.hold_references(reference);
     END LOOP;
     RETURN NULL;
   END $$`,
  // How many references lead from a table to one that refers to none; a circle counts as far as it goes round once.
  `CREATE OR REPLACE FUNCTION sys.depth(rel regclass) RETURNS int ${privileged} AS $$
   BEGIN
     RETURN (WITH RECURSIVE up AS (
         SELECT rel::oid AS oid, 0 AS n, ARRAY[rel::oid] AS path
         UNION ALL
         SELECT f.confrelid, n + 1, path || f.confrelid FROM up JOIN pg_constraint f ON f.contype = 'f'
           AND f.conrelid = up.oid AND f.confrelid <> ALL (path)
       ) SELECT max(n) FROM up);
   END $$`,
]
