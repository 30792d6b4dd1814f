/**
 * Asynchronous jobs, as one script. The work of a job is done when it is submitted; that it takes time, or fails, is
 * shown by hiding its effect until it is due: an index is not valid, a constraint not validated.
 */
export const jobsScript: string = [
  `CREATE TABLE IF NOT EXISTS sys.job (
     job_id text PRIMARY KEY, status text NOT NULL, details text, job_type text NOT NULL, class_id oid, object_id oid,
     object_name text, start_time timestamptz NOT NULL, update_time timestamptz, due timestamptz, failure text)`,
  'REVOKE ALL ON sys.job FROM PUBLIC',
  // How long jobs take and how the next ones fail; one row.
  `CREATE TABLE IF NOT EXISTS sys.job_plan (duration interval NOT NULL, failures int NOT NULL, details text)`,
  'REVOKE ALL ON sys.job_plan FROM PUBLIC',
  `INSERT INTO sys.job_plan SELECT '0', 0, NULL WHERE NOT EXISTS (SELECT FROM sys.job_plan)`,
  // Recorded 2026-09-16: the object is named while the job is under way, and there is no update_time before its end.
  `CREATE OR REPLACE VIEW sys.jobs AS
     SELECT job_id, status, details, job_type, class_id, object_id, object_name, start_time, update_time FROM sys.job`,
  'GRANT SELECT ON sys.jobs TO PUBLIC',
  // 128 random bits in 26 digits of base32 (recorded 2026-09-16).
  `CREATE OR REPLACE FUNCTION sys.new_job_id() RETURNS text LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
     SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + bits::bit(5)::int, 1), '' ORDER BY n)
     FROM (SELECT n, substr(all_bits, 1 + n * 5, 5) AS bits
           FROM (SELECT right(uuid_send(gen_random_uuid())::text, 32) AS hex OFFSET 0) id,
                LATERAL (SELECT ('x' || hex)::bit(128)::text || '00' AS all_bits) b, generate_series(0, 25) n) digits
   $$`,
  // What a statement of this transaction made or changed: an index, or a constraint.
  `CREATE OR REPLACE FUNCTION sys.job_object(job_type text) RETURNS oid
   LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
     SELECT CASE job_type
       WHEN 'INDEX_BUILD' THEN (SELECT max(indexrelid) FROM pg_index
         WHERE xmin::text::bigint >= pg_current_xact_id()::xid::text::bigint)
       ELSE (SELECT max(oid) FROM pg_constraint WHERE xmin::text::bigint >= pg_current_xact_id()::xid::text::bigint)
     END
   $$`,
  `CREATE OR REPLACE PROCEDURE sys.show_job(job_type text, object oid, done boolean)
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
   BEGIN
     IF job_type = 'INDEX_BUILD' THEN UPDATE pg_index SET indisvalid = done WHERE indexrelid = object;
     ELSE UPDATE pg_constraint SET convalidated = done WHERE oid = object; END IF;
   END $$`,
  `CREATE OR REPLACE FUNCTION sys.submit_job(type text, object oid, failure text) RETURNS text
   LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
   DECLARE
     plan sys.job_plan;
     id text := sys.new_job_id();
   BEGIN
     SELECT * INTO plan FROM sys.job_plan;
     IF failure IS NULL AND plan.failures > 0 THEN
       UPDATE sys.job_plan SET failures = failures - 1;
       failure := plan.details;
     END IF;
     INSERT INTO sys.job VALUES (id, 'submitted', NULL, type, 'pg_class'::regclass, object,
       CASE WHEN type = 'INDEX_BUILD' THEN (SELECT format('%s.%s', relnamespace::regnamespace, relname) FROM pg_class
         WHERE oid = object) END, clock_timestamp(), NULL, clock_timestamp() + plan.duration, failure);
     IF object IS NOT NULL THEN CALL sys.show_job(type, object, false); END IF;
     IF plan.duration = '0' THEN PERFORM sys.finish_jobs(); END IF;
     RETURN id;
   END $$`,
  // Ends the jobs that are due; answers how many are not.
  `CREATE OR REPLACE FUNCTION sys.finish_jobs() RETURNS bigint
   LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
   DECLARE
     job sys.job;
   BEGIN
     FOR job IN SELECT * FROM sys.job WHERE status = 'submitted' AND due <= clock_timestamp() LOOP
       IF job.failure IS NULL AND job.object_id IS NOT NULL THEN
         CALL sys.show_job(job.job_type, job.object_id, true);
       END IF;
       UPDATE sys.job j SET status = CASE WHEN failure IS NULL THEN 'completed' ELSE 'failed' END, details = failure,
         object_name = NULL, update_time = clock_timestamp() WHERE j.job_id = job.job_id;
     END LOOP;
     RETURN (SELECT count(*) FROM sys.job WHERE status = 'submitted');
   END $$`,
  'REVOKE ALL ON FUNCTION sys.finish_jobs() FROM PUBLIC',
  'REVOKE ALL ON PROCEDURE sys.show_job(text, oid, boolean) FROM PUBLIC',
  // What a failed unique index leaves: there by name, and no help to anybody.
  `CREATE OR REPLACE PROCEDURE sys.spoil_index(object oid)
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
   BEGIN
     UPDATE pg_index SET indisunique = true, indisvalid = false, indisready = false WHERE indexrelid = object;
   END $$`,
  // With the rights and the search path of the client: it is the client's own statement. What the rows do not allow is
  // a failure of the job.
  `CREATE OR REPLACE FUNCTION sys.run_job(job_type text, statement text, plain text DEFAULT NULL) RETURNS text
   LANGUAGE plpgsql VOLATILE AS $$
   DECLARE
     failure text;
     object oid;
   BEGIN
     BEGIN
       EXECUTE statement;
       object := sys.job_object(job_type);
     EXCEPTION WHEN integrity_constraint_violation THEN
       failure := SQLERRM;
     END;
     IF failure IS NOT NULL AND plain IS NOT NULL THEN
       EXECUTE plain;
       object := sys.job_object(job_type);
       CALL sys.spoil_index(object);
     END IF;
     RETURN sys.submit_job(job_type, object, failure);
   END $$`,
  // It looks anew between transactions, which is why it cannot be called inside of one.
  `CREATE OR REPLACE PROCEDURE sys.wait_for_job(job_id text, INOUT succeeded boolean DEFAULT NULL)
   LANGUAGE plpgsql AS $$
   DECLARE
     state text;
   BEGIN
     IF job_id !~ '^[a-z2-7]{26}$' THEN
       RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = 'Unable to convert text to UUID';
     END IF;
     LOOP
       SELECT j.status INTO state FROM sys.jobs j WHERE j.job_id = wait_for_job.job_id;
       EXIT WHEN state IS DISTINCT FROM 'submitted';
       PERFORM pg_catalog.pg_sleep(0.01);
       COMMIT;
     END LOOP;
     succeeded := state IS NOT DISTINCT FROM 'completed';
   END $$`,
].join(';\n')
