import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { History } from '../../src/migrate/history.ts'
import { assertSound } from '../../src/migrate/sound.ts'

const files = [
  { name: '0001_a', sql: 'CREATE TABLE a ();\n' },
  { name: "0002_it's", sql: 'CREATE TABLE b ();\n' },
]
const none: History = { applied: [], pending: [], changed: [], fileless: [], unfinished: [] }
const check =
  (history: Partial<History>, present = files) =>
  () =>
    assertSound('/app/migrations', present, { ...none, ...history })

test('a history that goes with the files passes, also one that lacks files or was killed', () => {
  for (const history of [{}, { fileless: ['0000_gone'] }, { unfinished: [{ name: '0001_a', logs: '' }] }]) {
    expect(check(history)).not.toThrow()
  }
  expect(check({}, [])).not.toThrow()
})

test('no file at all beside a history is a typo', () => {
  expect(check({ fileless: ['0001_a', '0002_b'] }, [])).toThrow(
    /holds 2 migrations, but there is none in \/app\/migrations[\s\S]*migrations\.path/,
  )
})

test('a failed migration is told with what Prisma wrote down of it, and how to go on', () => {
  const unfinished = [{ name: '0001_a', logs: 'A migration failed to apply.\n\n  Database error:\ndivision by zero\n' }]
  expect(check({ unfinished, changed: ["0002_it's"] })).toThrow(
    expect.objectContaining({
      code: 'PRISMA_IAM_MIGRATE_UNRESOLVED',
      problems: ['0001_a: A migration failed to apply. Database error: division by zero'],
      hint: expect.stringContaining('`npx prisma-iam migrate resolve --rolled-back 0001_a`'),
    }),
  )
})

test('a changed file is told with the statement that accepts it', () => {
  const checksum = createHash('sha256')
    .update(files[1]?.sql ?? '')
    .digest('hex')
  expect(check({ changed: ["0002_it's"] })).toThrow(
    expect.objectContaining({
      code: 'PRISMA_IAM_MIGRATE_CHANGED',
      problems: ["0002_it's"],
      hint: expect.stringContaining(`SET checksum = '${checksum}' WHERE migration_name = '0002_it''s';`),
    }),
  )
})
