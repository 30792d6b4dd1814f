-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Task_priority_createdAt_idx" ON "Task"("priority" DESC, "createdAt" DESC);

-- CreateIndex
CREATE INDEX "task_newest" ON "Task"("createdAt" DESC);
