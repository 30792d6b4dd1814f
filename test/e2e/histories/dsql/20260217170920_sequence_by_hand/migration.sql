CREATE SEQUENCE "invoice_number" AS BIGINT START 1000 CACHE 1;
CREATE TABLE "Invoice" (
    "number" BIGINT NOT NULL DEFAULT nextval('"invoice_number"'),
    "tenantId" UUID NOT NULL REFERENCES "Tenant"("id") DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "Invoice_pkey" PRIMARY KEY ("number")
);
