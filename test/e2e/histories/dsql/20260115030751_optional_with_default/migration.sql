-- AlterTable
ALTER TABLE "Tenant" ADD COLUMN     "plan" TEXT DEFAULT 'free';
