-- CreateTable
CREATE TABLE "Draft" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "body" INTEGER NOT NULL,
    "due" TEXT NOT NULL,

    CONSTRAINT "Draft_pkey" PRIMARY KEY ("id")
);
