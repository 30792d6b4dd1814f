-- AlterTable
ALTER TABLE "Project" ADD COLUMN     "budget" DECIMAL(14,2);

-- AlterTable
ALTER TABLE "Label" ADD COLUMN     "color" CHAR(7) NOT NULL DEFAULT '#ffffff';

-- AlterTable
ALTER TABLE "Profile" ADD COLUMN     "verified" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "website" TEXT NOT NULL DEFAULT '';

-- CreateIndex
CREATE INDEX "Project_ownerId_idx" ON "Project"("ownerId");
