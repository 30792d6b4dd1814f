import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import type pg from 'pg'
import { glob } from 'tinyglobby'
import { PrismaIamError } from '../errors.ts'
import { splitStatements } from '../sql/statements.ts'

/** The hook files of some patterns, by file name; a pattern that matches nothing is an error, since it is a typo. */
export async function findHooks(patterns: readonly string[], directory: string): Promise<string[]> {
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const files = await glob(pattern, { cwd: directory, absolute: true, onlyFiles: true })
      if (files.length > 0) return files
      throw new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `no hook file matches ${pattern}`, {
        hint: `patterns are relative to ${directory}`,
      })
    }),
  )
  return [...new Set(found.flat())].sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
}

/**
 * Runs one hook file as the admin: as one transaction where DDL is transactional, else statement by statement.
 *
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words.
 */
export async function runHook(
  client: pg.Client,
  file: string,
  directory: string,
  transactionalDdl: boolean,
): Promise<void> {
  const script = readFileSync(file, 'utf8')
  const parts = transactionalDdl ? [{ text: script, line: 1, column: 1 }] : await splitStatements(script)
  for (const part of parts) {
    try {
      await client.query(part.text)
    } catch (cause) {
      throw hookError(relative(directory, file), part, cause)
    }
  }
}

function hookError(file: string, part: { text: string; line: number; column: number }, cause: unknown): PrismaIamError {
  const { message, position, code } = cause as { message?: string; position?: string; code?: string }
  const { line, column } = place(part, position === undefined ? 1 : Number(position))
  const words = `${message ?? String(cause)}${code === undefined ? '' : ` (${code})`}`
  return new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `${file}:${line}:${column}: ${words}`, {
    hint: 'the migrations are applied; correct the hook and run the command again',
    cause,
  })
}

/** PostgreSQL counts characters from 1. */
function place(
  part: { text: string; line: number; column: number },
  position: number,
): { line: number; column: number } {
  const before = [...part.text]
    .slice(0, position - 1)
    .join('')
    .split('\n')
  const last = before.at(-1) ?? ''
  return before.length === 1
    ? { line: part.line, column: part.column + last.length }
    : { line: part.line + before.length - 1, column: last.length + 1 }
}
