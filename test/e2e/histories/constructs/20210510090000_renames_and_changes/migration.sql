/*
  Warnings:

  - You are about to drop the column `payload` on the `Ticket` table. All the data in the column will be lost.
*/
DROP VIEW "OwnerTotals";
DROP TRIGGER ticket_later ON "Ticket";
ALTER TABLE "Ticket" RENAME COLUMN "closedAt" TO "endedAt";
ALTER TABLE "Ticket" DROP COLUMN "payload",
ALTER COLUMN "orderNumber" SET DATA TYPE BIGINT USING "orderNumber"::bigint,
ADD CONSTRAINT "price_is_sane" CHECK ("price" < 1e9) NOT VALID;
ALTER TABLE "Ticket" VALIDATE CONSTRAINT "price_is_sane";
ALTER TABLE "_TicketToUser" RENAME TO "Watching";
ALTER TABLE "Watching" RENAME CONSTRAINT "_TicketToUser_AB_pkey" TO "Watching_pkey";
ALTER INDEX "_TicketToUser_B_index" RENAME TO "Watching_B_index";
-- RedefineIndex
DROP INDEX "User_email_key";
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email" ASC);
ALTER TABLE "User" ADD CONSTRAINT "User_email_unique" UNIQUE USING INDEX "User_email_key";
UPDATE "User" SET "locale" = 'en' WHERE "locale" IS NULL;
ALTER TABLE "User" ALTER COLUMN "locale" SET NOT NULL, ALTER COLUMN "locale" SET DEFAULT 'en';
