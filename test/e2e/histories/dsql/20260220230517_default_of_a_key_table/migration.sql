-- AlterTable
ALTER TABLE "Membership" ALTER COLUMN "role" SET DEFAULT 'member';
