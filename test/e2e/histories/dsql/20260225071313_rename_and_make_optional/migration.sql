-- What stands for NOT NULL keeps the names that table and column had when it was made.
ALTER TABLE "Profile" RENAME COLUMN "website" TO "homepage";
ALTER TABLE "Profile" RENAME TO "Portrait";
ALTER TABLE "Portrait" ALTER COLUMN "homepage" DROP NOT NULL;
