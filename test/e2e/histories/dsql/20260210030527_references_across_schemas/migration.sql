-- CreateTable
CREATE TABLE "audit"."archived_events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "eventId" UUID NOT NULL,
    "note" TEXT,

    CONSTRAINT "archived_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "archived_events_eventId_key" ON "audit"."archived_events"("eventId");

-- AddForeignKey
ALTER TABLE "audit"."archived_events" ADD CONSTRAINT "archived_events_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "audit"."Event"("id") ON DELETE CASCADE ON UPDATE CASCADE;
