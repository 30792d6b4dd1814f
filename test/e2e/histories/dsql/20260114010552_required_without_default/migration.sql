-- AlterTable
ALTER TABLE "Setting" ADD COLUMN     "owner" TEXT NOT NULL;
