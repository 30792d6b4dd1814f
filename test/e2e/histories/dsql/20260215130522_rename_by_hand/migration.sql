ALTER TABLE "Task" RENAME COLUMN "title" TO "headline";
ALTER TABLE "Note" RENAME TO "Remark";
ALTER TABLE "Remark" RENAME CONSTRAINT "Note_pkey" TO "Remark_pkey";
