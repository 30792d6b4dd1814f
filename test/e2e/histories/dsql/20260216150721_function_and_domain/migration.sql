CREATE DOMAIN "percent" AS INTEGER CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE "Discount" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "amount" "percent" NOT NULL, "code" TEXT NOT NULL, "upper" TEXT GENERATED ALWAYS AS (upper("code")) STORED, CONSTRAINT "Discount_pkey" PRIMARY KEY ("id"));
CREATE FUNCTION "discounted"("price" NUMERIC, "amount" INTEGER) RETURNS NUMERIC LANGUAGE sql IMMUTABLE AS $$ SELECT "price" * (100 - "amount") / 100; $$;
