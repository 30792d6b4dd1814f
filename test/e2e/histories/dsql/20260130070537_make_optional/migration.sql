-- AlterTable
ALTER TABLE "Project" ALTER COLUMN "name" DROP NOT NULL;
