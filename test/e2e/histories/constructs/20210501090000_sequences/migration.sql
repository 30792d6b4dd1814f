CREATE SEQUENCE "order_number" AS INTEGER START 1000 INCREMENT 10 MINVALUE 1000 MAXVALUE 9999 CACHE 5 CYCLE;
SELECT nextval('order_number'), nextval('"order_number"');
ALTER TABLE "Ticket" ADD COLUMN "orderNumber" INTEGER NOT NULL DEFAULT nextval('order_number');
ALTER SEQUENCE "order_number" OWNED BY "Ticket"."orderNumber";
SELECT setval(pg_get_serial_sequence('"User"', 'id'), (SELECT max("id") FROM "User") + 1, false);
ALTER SEQUENCE "Ticket_id_seq" RESTART WITH 500;
CREATE SEQUENCE untouched;
ALTER SEQUENCE "User_id_seq" RENAME TO "people_id_seq";
