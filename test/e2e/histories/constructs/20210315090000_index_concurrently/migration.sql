CREATE INDEX CONCURRENTLY IF NOT EXISTS "Ticket_status_idx" ON "Ticket" ("status");
