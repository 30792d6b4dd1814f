-- CreateTable
CREATE TABLE "Sample" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "text" TEXT NOT NULL,
    "code" VARCHAR(40) NOT NULL,
    "country" CHAR(2) NOT NULL,
    "small" SMALLINT NOT NULL,
    "plain" INTEGER NOT NULL,
    "big" BIGINT NOT NULL,
    "single" REAL NOT NULL,
    "double" DOUBLE PRECISION NOT NULL,
    "price" DECIMAL(12,2) NOT NULL,
    "wide" DECIMAL(65,30) NOT NULL,
    "flag" BOOLEAN NOT NULL,
    "doc" JSONB NOT NULL,
    "raw" JSON NOT NULL,
    "blob" BYTEA NOT NULL,
    "day" DATE NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "exact" TIMESTAMP(6) NOT NULL,
    "zoned" TIMESTAMPTZ(6) NOT NULL,
    "clock" TIME(3) NOT NULL,
    "clockz" TIMETZ(3) NOT NULL,

    CONSTRAINT "Sample_pkey" PRIMARY KEY ("id")
);
