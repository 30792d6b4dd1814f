CREATE FUNCTION make_counter(name text) RETURNS void LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE format($make$
    CREATE FUNCTION %I() RETURNS bigint LANGUAGE sql AS $inner$ SELECT count(*) FROM "Ticket"; $inner$;
  $make$, name);
  EXECUTE 'COMMENT ON FUNCTION ' || quote_ident(name) || $c$() IS 'it''s; made'$c$;
END
$outer$;

SELECT make_counter('count_tickets');

CREATE FUNCTION größe() RETURNS text LANGUAGE sql IMMUTABLE AS $größe$ SELECT '$$ ; $not a tag$' $größe$;
