-- AlterTable
ALTER TABLE "User" DROP COLUMN "age",
ADD COLUMN     "birthday" DATE,
ADD COLUMN     "locale" TEXT NOT NULL DEFAULT 'en';
