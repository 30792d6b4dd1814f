-- prisma-migrate-disable-next-transaction
SET lock_timeout = '30s';
CREATE INDEX CONCURRENTLY "Stamped_at_and_until_for_whoever_wants_to_know_how_long_something_has_lasted_idx" ON "Stamped" ("at", "until");
CREATE INDEX CONCURRENTLY IF NOT EXISTS Stamped_ÄLTER_IDX ON public."Stamped" ("until" DESC);
-- The name is another table's: said in a notice, and left.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "StampedChild" ON "Stamped" ("folder");
DROP INDEX CONCURRENTLY IF EXISTS "Stamped_never_made_idx";
CREATE UNIQUE INDEX CONCURRENTLY "StampedChild_id_idx" ON "StampedChild" ("id");
ALTER TABLE "StampedChild" ADD CONSTRAINT "StampedChild_id_key" UNIQUE USING INDEX "StampedChild_id_idx";
