import type { Linted, Outcome } from '../../dsql/lint.ts'
import type { Script } from './scripts.ts'

/** A file and what becomes of its statements. */
export interface LintedFile {
  file: string
  kind: Script['kind']
  statements: readonly Linted[]
}

/** How many statements have which outcome. */
export type Counts = Record<Outcome, number>

/** Counts the statements of some files. */
export function count(files: readonly LintedFile[]): Counts {
  const counts: Counts = { 'as-is': 0, rewritten: 0, changed: 0, refused: 0 }
  for (const { outcome } of files.flatMap(({ statements }) => statements)) counts[outcome]++
  return counts
}

/** As AWS's lint has them: 1 for what cannot run, 3 for what runs otherwise than it was written and is to be known. */
export function exitCodeOf({ refused, changed }: Counts): number {
  if (refused > 0) return 1
  return changed > 0 ? 3 : 0
}
