-- DropIndex
DROP INDEX "Label_name_key";
