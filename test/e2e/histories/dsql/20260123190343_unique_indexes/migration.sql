-- AlterTable
ALTER TABLE "Label" ADD COLUMN     "shortName" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "User_tenantId_nickname_key" ON "User"("tenantId", "nickname");

-- CreateIndex
CREATE UNIQUE INDEX "label_short" ON "Label"("shortName");
