BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO "audit log".moved VALUES (1, 1);
INSERT INTO billing."Invoice" ("id", "userId") VALUES (1, 1);
COMMIT;
