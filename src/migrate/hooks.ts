import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type pg from 'pg'
import { glob } from 'tinyglobby'
import { PrismaIamError } from '../errors.ts'
import { type Statement, splitStatements } from '../sql/statements.ts'
import { fitsTransaction } from '../sql/transaction-fit.ts'

/** One hook file of a project. */
export interface Hook {
  /** Absolute. */
  path: string
  /** As the project knows it. */
  name: string
}

/**
 * The hook files of some patterns: pattern by pattern, those of one pattern by path, each once.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID for a pattern that matches nothing, since it is a typo.
 */
export async function findHooks(patterns: readonly string[], directory: string): Promise<Hook[]> {
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const files = await glob(pattern, { cwd: directory, absolute: true, onlyFiles: true, expandDirectories: false })
      if (files.length > 0) return files.sort()
      throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `no hook file matches ${pattern}`, {
        hint: `patterns are relative to ${directory}`,
      })
    }),
  )
  return [...new Set(found.flat())].map((path) => ({ path, name: relative(directory, path) }))
}

/**
 * Runs one hook file: as one transaction where the server and the file allow it, else statement by statement.
 *
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words.
 */
export async function runHook(client: pg.Client, { path, name }: Hook, transactionalDdl: boolean): Promise<void> {
  // A byte order mark is white space to psql and a syntax error to the server.
  const script = readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  const statements = await splitStatements(script).catch((cause: Error) => {
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `${name}: ${cause.message}`, { cause })
  })
  const together = transactionalDdl && (await fitsTransaction(script)).fits
  // Constraints that were deferred speak up at the COMMIT, which has no place in the file.
  const bracket = (text: string): Statement => ({ text, start: 0, line: 1, column: 1 })
  const steps = together ? [bracket('BEGIN'), ...statements, bracket('COMMIT')] : statements
  for (const statement of steps) {
    await client.query(statement.text).catch((cause: unknown) => {
      throw hookError(name, statement, together, cause)
    })
  }
}

function hookError(name: string, statement: Statement, together: boolean, cause: unknown): PrismaIamError {
  const { message = String(cause), detail, code, position } = cause as Partial<pg.DatabaseError>
  const { line, column } = position === undefined ? statement : place(statement, Number(position))
  const words = `${message}${detail === undefined ? '' : `. ${detail}`}${code === undefined ? '' : ` (${code})`}`
  const kept = together ? 'nothing of this file was kept' : 'what stands before it in the file was kept'
  return new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `${name}:${line}:${column}: ${words}`, {
    hint: `${kept}; correct it and run the command again`,
    cause,
  })
}

/** PostgreSQL counts characters from 1. */
function place(statement: Statement, position: number): { line: number; column: number } {
  const before = [...statement.text]
    .slice(0, position - 1)
    .join('')
    .split('\n')
  const last = before.at(-1) ?? ''
  return before.length === 1
    ? { line: statement.line, column: statement.column + last.length }
    : { line: statement.line + before.length - 1, column: last.length + 1 }
}
