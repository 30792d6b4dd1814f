CREATE VIEW "OpenTicket" AS SELECT "id", "title", "ownerId" FROM "Ticket" WHERE "status" = 'OPEN' WITH LOCAL CHECK OPTION;
CREATE OR REPLACE VIEW "OwnerTotals" WITH (security_barrier = true) AS
  SELECT u."email", count(t."id") AS "tickets", sum(t."price") FILTER (WHERE t."status" <> 'DRAFT') AS "total"
  FROM "User" u LEFT JOIN "Ticket" t ON t."ownerId" = u."id" GROUP BY u."email";
CREATE MATERIALIZED VIEW "TicketStats" AS SELECT "status", count(*) AS "count" FROM "Ticket" GROUP BY 1 WITH DATA;
CREATE UNIQUE INDEX "TicketStats_status" ON "TicketStats" ("status");
REFRESH MATERIALIZED VIEW CONCURRENTLY "TicketStats";
CREATE MATERIALIZED VIEW "Later" AS SELECT 1 AS one WITH NO DATA;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW "Editable" AS SELECT "id", "email" FROM "User";
CREATE FUNCTION edit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE "User" SET "email" = NEW."email" WHERE "id" = OLD."id"; RETURN NEW; END';
CREATE TRIGGER "Editable_update" INSTEAD OF UPDATE ON "Editable" FOR EACH ROW EXECUTE FUNCTION edit();
CREATE RULE "no_delete" AS ON DELETE TO "Ticket" WHERE OLD."id" = 1 DO INSTEAD (SELECT 1; SELECT 2);
