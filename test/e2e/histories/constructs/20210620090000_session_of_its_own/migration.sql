-- What a file says to its session ends with the file.
SET TimeZone = 'Pacific/Chatham';
SET standard_conforming_strings = off;
SET session_replication_role = replica;
SET statement_timeout = '20s';
CREATE TEMP TABLE scratch_ids AS SELECT id FROM "Landed";
PREPARE landed_count AS SELECT count(*) FROM "Landed";
CREATE TABLE "Stamped" ("id" int PRIMARY KEY, "at" timestamptz DEFAULT '2021-06-20 00:00');
CREATE TABLE "StampedChild" ("id" int REFERENCES "Stamped" ON DELETE CASCADE);
INSERT INTO "StampedChild" VALUES (1);
