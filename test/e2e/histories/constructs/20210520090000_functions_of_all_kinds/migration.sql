CREATE FUNCTION atomic_sum(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN a > 0 THEN a + b ELSE b END;
END;
CREATE FUNCTION rows_of(kind "Status", OUT id bigint, OUT title text) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp COST 500 ROWS 10 AS $$ SELECT "id", "title" FROM "Ticket" WHERE "status" = kind $$;
CREATE FUNCTION many(VARIADIC parts text[]) RETURNS text LANGUAGE sql STRICT LEAKPROOF RETURN array_to_string(parts, ';');
CREATE FUNCTION listed() RETURNS TABLE (n int, s text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT 1, 'x;'; END $$;
CREATE PROCEDURE close_all(INOUT closed int DEFAULT 0) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "Ticket" SET "endedAt" = '2021-05-20 09:00:00+00' WHERE "endedAt" IS NULL AND "id" < 5;
  GET DIAGNOSTICS closed = ROW_COUNT;
END $$;
CALL close_all();
CALL close_all(0);
