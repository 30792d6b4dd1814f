-- What was sold by day: read by the reports role, rebuilt whenever the tables below it change.
CREATE OR REPLACE VIEW "SalesByDay" AS
SELECT date_trunc('day', "placedAt") AS "day", count(*) AS "orders", sum("total") AS "revenue"
FROM "Order"
GROUP BY 1;
