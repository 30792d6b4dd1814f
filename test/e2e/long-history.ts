/** Migrations as a growing app has them: many small files, each a little like the last and none quite. */
export function longHistory(length: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let n = 1; n <= length; n++) {
    const step = steps[n % steps.length] as (table: string, n: number) => string
    files[`20220101${String(n).padStart(6, '0')}_step`] = step(`Model${Math.ceil(n / steps.length)}`, n)
  }
  return files
}

/** A model's life: made, filled, indexed, related, changed, watched, and renamed in part. */
const steps: readonly ((table: string, n: number) => string)[] = [
  (table) => `-- RenameIndex\nALTER INDEX IF EXISTS "${table}_name_idx" RENAME TO "${table}_by_name";\n`,
  (table) => `-- CreateEnum
CREATE TYPE "${table}Kind" AS ENUM ('A', 'B');

-- CreateTable
CREATE TABLE "${table}" (
    "id" TEXT NOT NULL,
    "kind" "${table}Kind" NOT NULL DEFAULT 'A',
    "name" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "${table}_pkey" PRIMARY KEY ("id")
);
`,
  (table, n) =>
    `INSERT INTO "${table}" ("id", "name") SELECT 'id' || i, 'name; ' || i FROM generate_series(1, ${n}) AS i;\n`,
  (table) => `-- AlterEnum\nALTER TYPE "${table}Kind" ADD VALUE 'C';\n`,
  (table) =>
    `UPDATE "${table}" SET "kind" = 'C' WHERE "id" LIKE '%3';\n\n-- CreateIndex\nCREATE INDEX "${table}_name_idx" ON "${table}"("name");\n`,
  (table, n) => `-- AlterTable
ALTER TABLE "${table}" ADD COLUMN     "ownerId" INTEGER,
ADD COLUMN     "score" INTEGER NOT NULL DEFAULT ${n},
DROP COLUMN "at";

-- AddForeignKey
ALTER TABLE "${table}" ADD CONSTRAINT "${table}_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
`,
  (table) => `CREATE INDEX CONCURRENTLY "${table}_score_idx" ON "${table}"("score" DESC);\n`,
  (table) => `CREATE FUNCTION "${table}_check"() RETURNS trigger AS $$
BEGIN
  IF NEW."score" < 0 THEN RAISE EXCEPTION 'negative; score'; END IF;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER "${table}_check" BEFORE INSERT OR UPDATE ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${table}_check"();
`,
]
