DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = %L', current_database(), '8MB');
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO tenant', current_database());
END $$;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION on_ddl();
CREATE PUBLICATION changes FOR TABLE "Ticket", "User" WITH (publish = 'insert, update');
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x;y', dbname 'z');
CREATE FOREIGN TABLE "Remote" (id int OPTIONS (column_name 'key')) SERVER elsewhere OPTIONS (table_name 'r');
DROP FOREIGN TABLE "Remote";
