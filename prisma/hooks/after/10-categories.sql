-- The root of the category tree, which every deploy may find already there.
INSERT INTO "Category" ("slug", "name") VALUES ('all', 'Everything') ON CONFLICT ("slug") DO NOTHING;
