-- Two of them; the first makes place for the second.
SET statement_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS "Ticket_status_idx";
CREATE INDEX CONCURRENTLY "Ticket_status_closedAt_idx" ON "Ticket" ("status", "closedAt" DESC NULLS LAST) WHERE "closedAt" IS NOT NULL;
CREATE UNIQUE INDEX CONCURRENTLY "Ticket_title_lower_key" ON "Ticket" (lower("title")) INCLUDE ("price");
RESET statement_timeout;
