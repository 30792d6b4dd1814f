-- AlterTable
ALTER TABLE "Label" RENAME CONSTRAINT "Label_pkey" TO "label_key";
