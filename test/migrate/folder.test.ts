import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readMigrations } from '../../src/migrate/folder.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-folder-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function migration(name: string, sql: string): void {
  mkdirSync(join(directory, name))
  writeFileSync(join(directory, name, 'migration.sql'), sql)
}

test('folders with a migration.sql are migrations, by name', () => {
  migration('0002_b', 'b')
  migration('0001_a', 'a')
  mkdirSync(join(directory, '.hidden'))
  for (const name of ['migration_lock.toml', '.gitkeep', 'README.md', '0001_a/down.sql']) {
    writeFileSync(join(directory, name), '')
  }
  expect(readMigrations(directory)).toEqual([
    { name: '0001_a', sql: 'a' },
    { name: '0002_b', sql: 'b' },
  ])
})

test('an empty folder holds none, a missing one is an error, and so is a file in its place', () => {
  expect(readMigrations(directory)).toEqual([])
  const missing = join(directory, 'nowhere')
  expect(() => readMigrations(missing)).toThrow(`the folder of the migrations, ${missing}, does not exist`)
  writeFileSync(missing, '')
  expect(() => readMigrations(missing)).toThrow('is no folder')
})

test('everything that looks like a migration and is none is named', () => {
  migration('0001_a', 'a')
  mkdirSync(join(directory, '0002_empty'))
  writeFileSync(join(directory, '0003_c.sql'), '')
  writeFileSync(join(directory, 'notes.txt'), '')
  expect(() => readMigrations(directory)).toThrow(
    expect.objectContaining({
      code: 'PRISMA_IAM_MIGRATE_FILES',
      problems: [
        '0002_empty has no migration.sql',
        '0003_c.sql is a file beside the migrations',
        'notes.txt is a file beside the migrations',
      ],
    }),
  )
})
