DO $$
DECLARE
  ticket RECORD;
  moved integer := 0;
BEGIN
  FOR ticket IN SELECT * FROM "Ticket" WHERE "ownerId" IS NOT NULL ORDER BY "id" LOOP
    INSERT INTO "_TicketToUser" ("A", "B") VALUES (ticket."id", ticket."ownerId") ON CONFLICT DO NOTHING;
    moved := moved + 1;
  END LOOP;
  RAISE NOTICE 'moved % rows; done', moved;
EXCEPTION
  WHEN unique_violation THEN
    RAISE EXCEPTION 'twice';
END $$;

DO LANGUAGE plpgsql $do$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'Priority') THEN
    CREATE TYPE "Priority" AS ENUM ('LOW', 'HIGH');
  END IF;
  BEGIN
    CREATE TYPE "Priority" AS ENUM ('OTHER');
  EXCEPTION WHEN duplicate_object THEN NULL;
  END;
END $do$;
