-- A function with statements of its own.
ALTER TABLE "Ticket" ADD COLUMN "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT now();

CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger AS $$
BEGIN
  -- a comment; with a semicolon
  NEW."updatedAt" = now();
  IF TG_OP = 'UPDATE' AND NEW."title" IS DISTINCT FROM OLD."title" THEN
    RAISE NOTICE 'renamed % to %', OLD."title", NEW."title";
  END IF;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER ticket_touch BEFORE UPDATE ON "Ticket" FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE CONSTRAINT TRIGGER ticket_later AFTER INSERT ON "Ticket" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW."price" > 100) EXECUTE PROCEDURE touch_updated_at();
ALTER TABLE "Ticket" DISABLE TRIGGER ticket_later;
UPDATE "Ticket" SET "title" = 'Ticket the first' WHERE "id" = 1;
