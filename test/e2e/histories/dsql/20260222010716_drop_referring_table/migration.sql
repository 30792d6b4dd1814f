-- DropForeignKey
ALTER TABLE "Tick" DROP CONSTRAINT "Tick_counterId_fkey";

-- DropTable
DROP TABLE "Tick";
