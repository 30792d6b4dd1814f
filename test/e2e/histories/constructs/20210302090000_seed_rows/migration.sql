INSERT INTO "User" ("email", "role", "tags") VALUES
  ('ann@example.com', 'ADMIN', '{a,b}'),
  ('bob;semicolon@example.com', 'USER', ARRAY['it''s', '--no comment', '/* nor this']),
  ('zoë@exämple.com', 'USER', DEFAULT);
INSERT INTO "Ticket" ("title", "ownerId", "price") SELECT 'Ticket ' || n, 1 + n % 3, n * 1.5 FROM generate_series(1, 30) AS n;
