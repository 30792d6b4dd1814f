-- Brackets around one change mean the same on both servers.
BEGIN;
ALTER TABLE "Invoice" ADD COLUMN "paidAt" TIMESTAMPTZ(3);
COMMIT;

BEGIN;
INSERT INTO "Invoice" ("tenantId") SELECT "id" FROM "Tenant";
UPDATE "Invoice" SET "paidAt" = TIMESTAMPTZ '2026-02-01 00:00:00Z' WHERE "number" > 1000;
COMMIT;
