CREATE TEMP TABLE scratch_ids (id int);
PREPARE landed_count AS SELECT 1;
DELETE FROM "StampedChild";
INSERT INTO "Stamped" ("id") VALUES (1);
INSERT INTO "StampedChild" VALUES (1);
DELETE FROM "Stamped";
ALTER TABLE "Stamped" ADD COLUMN "until" timestamptz DEFAULT '2021-06-21 00:00', ADD COLUMN "folder" text DEFAULT 'a\\b';
