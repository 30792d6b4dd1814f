import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import type { Step } from '../../src/steps/step.ts'

const sqlOf = (step: Step) => ('statements' in step ? step.statements.join('; ') : step.sql)
const linesOf = async (script: string) => (await planDsql(script)).steps.map((step) => `${step.kind}: ${sqlOf(step)}`)

describe('planDsql', () => {
  test("leaves out Prisma's own schema, and takes a table as it is", async () => {
    const script = 'CREATE SCHEMA IF NOT EXISTS "public";\n\n-- CreateTable\nCREATE TABLE "A" ("id" UUID NOT NULL);'
    expect(await planDsql(script)).toEqual({
      steps: [
        {
          kind: 'schema',
          place: { line: 4, column: 1 },
          statements: ['CREATE TABLE "A" ("id" UUID NOT NULL)'],
          touches: [{ kind: 'relation', name: 'A' }],
        },
      ],
      notices: [],
      refusals: [],
    })
  })

  test('builds indexes by jobs, and checks foreign keys behind their making', async () => {
    expect(
      await linesOf(`CREATE UNIQUE INDEX "A_b_key" ON "A"("b");
ALTER TABLE "A" ADD CONSTRAINT "A_b_fkey" FOREIGN KEY ("b") REFERENCES "B"("id") ON DELETE CASCADE ON UPDATE CASCADE;`),
    ).toEqual([
      'index: CREATE UNIQUE INDEX ASYNC "A_b_key" ON "A"("b")',
      'schema: ALTER TABLE "A" ADD CONSTRAINT "A_b_fkey" FOREIGN KEY ("b") REFERENCES "B"("id") ON DELETE CASCADE ON UPDATE CASCADE NOT VALID',
      'validate: ALTER TABLE ASYNC "A" VALIDATE CONSTRAINT "A_b_fkey"',
    ])
  })

  test('adds a column that is never NULL in an order that is right for rows inserted meanwhile', async () => {
    const { steps, notices } = await planDsql('ALTER TABLE "A" ADD COLUMN     "b" BOOLEAN NOT NULL DEFAULT true;')
    expect(steps.map((step) => `${step.kind}: ${sqlOf(step)}`)).toEqual([
      'schema: ALTER TABLE "A" ADD COLUMN     "b" BOOLEAN',
      'schema: ALTER TABLE "A" ALTER COLUMN "b" SET DEFAULT true',
      'rows: UPDATE "A" SET "b" = DEFAULT WHERE "b" IS NULL',
      'schema: ALTER TABLE "A" ADD CONSTRAINT "A_b_not_null" CHECK ("b" IS NOT NULL) NOT VALID',
      'validate: ALTER TABLE ASYNC "A" VALIDATE CONSTRAINT "A_b_not_null"',
    ])
    expect(notices.map(({ rule, place }) => [rule, place])).toEqual([
      ['addColumn', { line: 1, column: 32 }],
      ['notNull', { line: 1, column: 32 }],
    ])
  })

  test('refuses with the place, the day of the knowledge and what to write instead', async () => {
    expect((await planDsql('SELECT 1;\n  CREATE TYPE "Role" AS ENUM (\'a\');')).refusals).toEqual([
      {
        rule: 'enum',
        place: { line: 2, column: 3 },
        message: 'DSQL has no enums (CREATE TYPE)',
        instead: 'make the field a `String`; a CHECK constraint can hold the list of values',
        date: '2026-09-18',
      },
    ])
  })

  test('translates every migration of the shop without a refusal', async () => {
    for (const name of readdirSync('prisma/migrations').filter((entry) => /^\d/.test(entry))) {
      const { steps, refusals } = await planDsql(readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'))
      expect(refusals).toEqual([])
      expect(steps.length).toBeGreaterThan(5)
    }
  })
})
