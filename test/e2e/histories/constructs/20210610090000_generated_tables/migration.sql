DO $$
BEGIN
  FOR n IN 1..60 LOOP
    EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, ticket bigint REFERENCES "Ticket" (id), note text DEFAULT %L)', 'generated_' || n, 'n;' || n);
    EXECUTE format('CREATE INDEX ON %I (note)', 'generated_' || n);
  END LOOP;
END
$$;
