import { applyScript } from './apply-sql.ts'
import { privileged } from './privileged.ts'

/**
 * What lets transactions run beside each other on PostgreSQL without waiting for row locks, as one script.
 *
 * A transaction that meets another's lock goes on with private copies: temporary tables that hold what it sees in its
 * snapshot, under the names and with the constraints of the tables that they stand for. They hold no locks on those.
 * At COMMIT a deferred trigger carries the differences over, and PostgreSQL itself finds what was changed meanwhile.
 */
export const copiesScript: string = [
  ...applyScript,
  // What the transaction made of the tables that it wrote: rows as text, which is exact, and whether they are its own.
  // Those have its id or, behind savepoints, a later one; another's with such an id is not in the snapshot.
  `CREATE OR REPLACE FUNCTION sys.image() RETURNS jsonb ${privileged} AS $$
   DECLARE
     written regclass;
     seen jsonb;
     image jsonb := '{}';
   BEGIN
     FOR written IN SELECT relid FROM pg_stat_xact_user_tables
       WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND schemaname <> 'sys' AND schemaname !~ '^pg_' LOOP
       EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_array("sys row"::text, "sys row".xmin::text::bigint >= %s)),
         ''[]'') FROM %s "sys row"', pg_current_xact_id()::xid, written) INTO seen;
       image := image || jsonb_build_object(written::oid::text, seen);
     END LOOP;
     RETURN image;
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.enter(image jsonb) ${privileged} AS $$
   DECLARE
     written oid[] := ARRAY(SELECT jsonb_object_keys(image)::oid);
   BEGIN
     CREATE TEMP TABLE "sys.copies" (rel regclass PRIMARY KEY, copy regclass, filled bigint) ON COMMIT DROP;
     CREATE TEMP TABLE "sys.locked" (rel regclass, held text, mode text) ON COMMIT DROP;
     CREATE TEMP TABLE "sys.commit" () ON COMMIT DROP;
     CREATE CONSTRAINT TRIGGER apply AFTER INSERT ON "sys.commit" DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION sys.apply();
     INSERT INTO pg_temp."sys.commit" DEFAULT VALUES;
     CALL sys.copy_tables(written, image);
   END $$`,
  // The tables of a statement, and those of which there are copies by then.
  `CREATE OR REPLACE FUNCTION sys.copied(wanted oid[]) RETURNS TABLE (schema name, name name) ${privileged} AS $$
   DECLARE
     lasting oid[] := ARRAY(SELECT oid FROM pg_class WHERE oid = ANY (wanted) AND relkind = 'r' AND relpersistence = 'p'
       AND relnamespace <> ALL ('{sys,pg_catalog,information_schema}'::regnamespace[]));
   BEGIN
     CALL sys.copy_tables(lasting, '{}');
     RETURN QUERY SELECT n.nspname, c.relname FROM pg_temp."sys.copies" k
       JOIN pg_class c ON c.oid = k.rel JOIN pg_namespace n ON n.oid = c.relnamespace;
   END $$`,
  // Which rows of the copies are locked now and were not before: by a reference with mode '', or by a query.
  `CREATE OR REPLACE PROCEDURE sys.note_locked(mode text) ${privileged} AS $$
   DECLARE
     k record;
   BEGIN
     FOR k IN SELECT rel, copy FROM pg_temp."sys.copies" WHERE sys.matched(rel) IS NOT NULL LOOP
       EXECUTE format('INSERT INTO pg_temp."sys.locked" SELECT %s, "sys row"::text, %L FROM %s "sys row"
         WHERE xmax <> ''0'' AND NOT EXISTS (SELECT FROM pg_temp."sys.locked" l WHERE l.rel = %1$s
         AND l.held = "sys row"::text)', k.rel::oid, mode, k.copy);
     END LOOP;
   END $$`,
  // What a transaction keeps from being removed, for the others; and whether one of them has removed such a row.
  `CREATE OR REPLACE FUNCTION sys.kept() RETURNS jsonb ${privileged} AS $$
   BEGIN
     RETURN (SELECT jsonb_agg(jsonb_build_array(rel::oid, held)) FROM pg_temp."sys.locked" WHERE mode = 'keyShare');
   END $$`,
  `CREATE OR REPLACE FUNCTION sys.misses(kept jsonb) RETURNS boolean ${privileged} AS $$
   DECLARE
     k record;
     there boolean;
   BEGIN
     FOR k IN SELECT c.rel, c.copy, r ->> 1 AS held FROM jsonb_array_elements(kept) r
       JOIN pg_temp."sys.copies" c ON c.rel = (r ->> 0)::oid LOOP
       EXECUTE format('SELECT EXISTS (SELECT FROM %s t, (SELECT ($1::%s).*) c WHERE %s)', k.copy, k.rel,
         sys.matched(k.rel)) INTO there USING k.held;
       IF NOT there THEN RETURN true; END IF;
     END LOOP;
     RETURN false;
   END $$`,
  // How many rows were changed, by a WITH clause or a cascade too. Earlier transactions may be among them.
  `CREATE OR REPLACE FUNCTION sys.changed() RETURNS bigint ${privileged} AS $$
   BEGIN
     RETURN (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
       WHERE schemaname <> 'sys');
   END $$`,
  // How many bytes the rows hold that the transaction wrote.
  `CREATE OR REPLACE FUNCTION sys.weight(copied boolean) RETURNS bigint ${privileged} AS $$
   DECLARE
     k record;
     part bigint;
     total bigint := 0;
   BEGIN
     IF copied THEN
       FOR k IN SELECT copy, filled FROM pg_temp."sys.copies" LOOP
         EXECUTE format('SELECT coalesce(sum(octet_length("sys row"::text)), 0) FROM %s "sys row"
           WHERE cmin::text::bigint > %s', k.copy, k.filled) INTO part;
         total := total + part;
       END LOOP;
     ELSE
       FOR k IN SELECT relid::regclass AS rel FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd > 0
         AND schemaname <> 'sys' AND schemaname !~ '^pg_' AND pg_table_size(relid) > 0 LOOP
         EXECUTE format('SELECT coalesce(sum(octet_length("sys row"::text)), 0) FROM %s "sys row"
           WHERE xmin::text::bigint >= %s', k.rel, pg_current_xact_id()::xid) INTO part;
         total := total + part;
       END LOOP;
     END IF;
     RETURN total;
   END $$`,
  // Whatever foreign keys connect is copied together, so that they hold among the copies.
  `CREATE OR REPLACE PROCEDURE sys.copy_tables(wanted oid[], image jsonb) ${privileged} AS $$
   DECLARE
     rel regclass;
     made regclass[] := '{}';
   BEGIN
     FOR rel IN WITH RECURSIVE connected AS (
         SELECT unnest(wanted) AS oid
         UNION
         SELECT CASE WHEN f.conrelid = c.oid THEN f.confrelid ELSE f.conrelid END FROM connected c
         JOIN pg_constraint f ON f.contype = 'f' AND c.oid IN (f.conrelid, f.confrelid)
       ) SELECT oid FROM connected WHERE oid NOT IN (SELECT k.rel FROM pg_temp."sys.copies" k) LOOP
       CALL sys.copy_table(rel, image -> rel::oid::text);
       made := made || rel;
     END LOOP;
     FOREACH rel IN ARRAY made LOOP CALL sys.copy_references(rel); END LOOP;
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.copy_table(rel regclass, rows jsonb) ${privileged} AS $$
   DECLARE
     copy regclass;
     columns text := sys.columns(rel);
     image text;
     definition text;
     identity record;
     privilege text;
   BEGIN
     EXECUTE format('CREATE TEMP TABLE %I (LIKE %s INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING GENERATED)
       ON COMMIT DROP', (SELECT relname FROM pg_class WHERE oid = rel), rel);
     copy := (SELECT format('pg_temp.%I', relname) FROM pg_class WHERE oid = rel);
     INSERT INTO pg_temp."sys.copies" VALUES (rel, copy);
     FOR identity IN SELECT attname FROM pg_attribute WHERE attrelid = rel AND attidentity <> '' AND NOT attisdropped LOOP
       EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT sys.next_identity(%L)', copy, identity.attname,
         pg_get_serial_sequence(rel::text, identity.attname));
     END LOOP;
     IF rows IS NULL OR sys.matched(rel) IS NOT NULL THEN
       EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM %s', copy, columns, rel);
     END IF;
     -- What is written from here on has a later command number.
     EXECUTE format('UPDATE pg_temp."sys.copies" SET filled = coalesce((SELECT max(cmin::text::bigint) FROM %s), -1)
       WHERE rel = %s', copy, rel::oid);
     IF rows IS NOT NULL THEN
       image := format('(SELECT ("sys row").*, "sys own" FROM (SELECT (r ->> 0)::%s AS "sys row", (r ->> 1)::boolean
         AS "sys own" FROM jsonb_array_elements($1) r) x)', rel);
       IF sys.matched(rel) IS NOT NULL THEN
         EXECUTE format('DELETE FROM %s t WHERE NOT EXISTS (SELECT FROM %s c WHERE %s AND NOT "sys own")',
           copy, image, sys.matched(rel)) USING rows;
       END IF;
       EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM %s c WHERE "sys own" OR %L', copy, columns, image,
         sys.matched(rel) IS NULL) USING rows;
     END IF;
     FOR definition IN SELECT CASE WHEN c.oid IS NULL
         THEN replace(pg_get_indexdef(i.indexrelid), format(' ON %s USING ', rel), format(' ON %s USING ', copy))
         ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', copy, c.conname, pg_get_constraintdef(c.oid)) END
       FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
       WHERE i.indrelid = rel AND i.indisunique AND i.indisready LOOP
       EXECUTE definition;
     END LOOP;
     FOREACH privilege IN ARRAY '{SELECT,INSERT,UPDATE,DELETE}'::text[] LOOP
       IF has_table_privilege(session_user, rel, privilege) THEN
         EXECUTE format('GRANT %s ON %s TO %I', privilege, copy, session_user);
       END IF;
     END LOOP;
   END $$`,
  `CREATE OR REPLACE PROCEDURE sys.copy_references(referring regclass) ${privileged} AS $$
   DECLARE
     definition text;
   BEGIN
     FOR definition IN SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.copy, f.conname,
         replace(pg_get_constraintdef(f.oid), format(' REFERENCES %s(', p.rel), format(' REFERENCES %s(', p.copy)))
       FROM pg_constraint f JOIN pg_temp."sys.copies" k ON k.rel = f.conrelid
       JOIN pg_temp."sys.copies" p ON p.rel = f.confrelid WHERE f.contype = 'f' AND f.conrelid = referring LOOP
       EXECUTE definition;
     END LOOP;
   END $$`,
  // The default of an identity column asks nobody for rights on its sequence.
  `CREATE OR REPLACE FUNCTION sys.next_identity(sequence regclass) RETURNS bigint ${privileged} AS $$
   BEGIN
     RETURN nextval(sequence);
   END $$`,
].join(';\n')
