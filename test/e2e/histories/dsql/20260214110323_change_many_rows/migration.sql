SET lock_timeout = '5s';
UPDATE "User" SET "score" = "score" + 1, "locale" = lower(coalesce("locale", 'EN')) WHERE "active";
UPDATE "User" SET "nickname" = split_part("email", '@', 1) WHERE "nickname" IS NULL;
DELETE FROM "Setting" WHERE "key" LIKE 'tmp.%';
