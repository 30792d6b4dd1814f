import { copiesScript } from './conflicts/copies-sql.ts'
import { jobsScript } from './jobs-sql.ts'
import { literal } from './literal.ts'
import { type RuleName, rules } from './rules.ts'
import { version } from './version.ts'

/** Makes a PostgreSQL 16 database look like a DSQL cluster's, all or nothing when sent as one simple query. Repeatable. */
export const catalogScript: string = [
  // Creating and looking must not race when two emulators prepare one server.
  "SELECT pg_advisory_xact_lock(hashtext('prisma-iam dsql catalog'))",
  'CREATE SCHEMA IF NOT EXISTS sys',
  'GRANT USAGE ON SCHEMA sys TO PUBLIC',
  ...adminRole(),
  ...database(),
  ...trust(),
  jobsScript,
  copiesScript,
].join(';\n')

function adminRole(): string[] {
  return [
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'admin') THEN CREATE ROLE admin; END IF;
     END $$`,
    'ALTER ROLE admin LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS INHERIT',
  ]
}

function database(): string[] {
  return [
    // The owner of the database owns schema public as well, by pg_database_owner.
    `DO $$ BEGIN
       EXECUTE format('ALTER DATABASE %I OWNER TO admin', current_database());
       EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation TO %L', current_database(), 'repeatable read');
       EXECUTE format('ALTER DATABASE %I SET timezone TO %L', current_database(), 'UTC');
     END $$`,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    `CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE
     AS $$ SELECT 'PostgreSQL 16'::text $$`,
    // Not STRICT, since it must be inlined: PostgreSQL calls a function of its own past its catalog.
    `CREATE OR REPLACE FUNCTION pg_catalog.current_setting(text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
     AS $$ SELECT CASE pg_catalog.lower($1) WHEN 'server_version' THEN '${version.text}'
       WHEN 'server_version_num' THEN '${version.number}' ELSE pg_catalog.current_setting($1, false) END $$`,
    // Text search: only "simple" is there (recorded 2026-09-18 for "english").
    'DROP TEXT SEARCH CONFIGURATION IF EXISTS pg_catalog.english',
  ]
}

function trust(): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS sys.iam_trust (
       iam_oid oid PRIMARY KEY, arn text NOT NULL, role oid NOT NULL, grantor oid NOT NULL, UNIQUE (arn, role))`,
    'REVOKE ALL ON sys.iam_trust FROM PUBLIC',
    'CREATE SEQUENCE IF NOT EXISTS sys.iam_oid MINVALUE 16384 MAXVALUE 4294967295 CYCLE',
    `CREATE OR REPLACE VIEW sys.iam_pg_role_mappings AS
       SELECT t.iam_oid, t.arn, t.role AS pg_role_oid, r.rolname AS pg_role_name,
              t.grantor AS grantor_pg_role_oid, g.rolname AS grantor_pg_role_name
       FROM sys.iam_trust t JOIN pg_catalog.pg_roles r ON r.oid = t.role
       LEFT JOIN pg_catalog.pg_roles g ON g.oid = t.grantor`,
    'GRANT SELECT ON sys.iam_pg_role_mappings TO PUBLIC',
    // Every trusted role is granted this domain, so that PostgreSQL itself keeps it from being dropped (2BP01).
    `DO $$ BEGIN
       IF to_regtype('sys.trusted') IS NULL THEN CREATE DOMAIN sys.trusted AS text; END IF;
     END $$`,
    `CREATE OR REPLACE PROCEDURE sys.aws_iam_grant(role_name text, arn text)
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
     DECLARE target pg_roles%ROWTYPE;
     BEGIN
       ${checkTarget()}
       IF NOT target.rolcanlogin THEN ${raise('iamLogin', 'role_name')} END IF;
       IF arn !~ '^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[[:graph:]]+$' THEN ${raise('iamArn')} END IF;
       INSERT INTO sys.iam_trust
         SELECT nextval('sys.iam_oid')::oid, arn, target.oid, s.oid FROM pg_roles s WHERE s.rolname = session_user
         ON CONFLICT DO NOTHING;
       IF NOT FOUND THEN ${raise('iamDuplicate', 'arn')} END IF;
       EXECUTE format('GRANT USAGE ON DOMAIN sys.trusted TO %I', role_name);
     END $$`,
    `CREATE OR REPLACE PROCEDURE sys.aws_iam_revoke(role_name text, arn text)
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
     DECLARE target pg_roles%ROWTYPE;
     BEGIN
       ${checkTarget()}
       DELETE FROM sys.iam_trust t WHERE t.arn = aws_iam_revoke.arn AND t.role = target.oid;
       IF NOT FOUND THEN ${raise('iamMissing', 'arn')} END IF;
       IF NOT EXISTS (SELECT FROM sys.iam_trust t WHERE t.role = target.oid) THEN
         EXECUTE format('REVOKE USAGE ON DOMAIN sys.trusted FROM %I', role_name);
       END IF;
     END $$`,
    ...['sys.aws_iam_grant', 'sys.aws_iam_revoke'].flatMap((procedure) => [
      `REVOKE ALL ON PROCEDURE ${procedure}(text, text) FROM PUBLIC`,
      `GRANT EXECUTE ON PROCEDURE ${procedure}(text, text) TO admin`,
    ]),
  ]
}

function checkTarget(): string {
  return `SELECT * INTO target FROM pg_roles WHERE rolname = role_name;
       IF NOT FOUND THEN ${raise('iamRole', 'role_name')} END IF;
       IF role_name = 'admin' OR role_name ~ '^pg_' OR target.rolsuper THEN ${raise('iamReserved', 'role_name')} END IF;`
}

function raise(rule: RuleName, subject?: 'role_name' | 'arn'): string {
  const { code, message } = rules[rule]
  const text = subject ? `replace(${literal(message)}, '{}', ${subject})` : literal(message)
  return `RAISE EXCEPTION USING ERRCODE = ${literal(code)}, MESSAGE = ${text};`
}
