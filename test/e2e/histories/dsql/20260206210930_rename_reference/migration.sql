-- RenameForeignKey
ALTER TABLE "Note" RENAME CONSTRAINT "Note_userId_projectId_fkey" TO "note_of_member";
