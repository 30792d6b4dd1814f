-- AlterEnum
-- This migration adds more than one value to an enum.
ALTER TYPE "Role" ADD VALUE 'OWNER';
ALTER TYPE "Role" ADD VALUE IF NOT EXISTS 'GUEST' BEFORE 'USER';
ALTER TYPE "Role" ADD VALUE 'AUDITOR' AFTER 'ADMIN';

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "locale" TEXT,
ADD COLUMN     "timeZone" TEXT NOT NULL DEFAULT E'Europe/London';
