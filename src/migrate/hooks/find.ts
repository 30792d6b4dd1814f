import { relative, sep } from 'node:path'
import { glob } from 'tinyglobby'
import type { HookEntry, HookFunction } from './hook.ts'

/** A hook as the config names it, not yet read. */
export type HookSource =
  | { kind: 'sql'; name: string; path: string }
  | { kind: 'function'; name: string; rule: 'always' | 'once'; hook: HookFunction }

/** The hooks of a list, and the patterns that match nothing. */
export interface FoundHooks {
  sources: readonly HookSource[]
  problems: readonly string[]
}

/**
 * The hooks of a list: entry by entry, the files of a pattern by path, each once.
 *
 * @param directory what the patterns are relative to.
 */
export async function findHooks(entries: readonly HookEntry[], directory: string): Promise<FoundHooks> {
  const found = await Promise.all(entries.map((entry) => sourcesOf(entry, directory)))
  const sources = new Map(found.flat().map((source) => [source.name, source]))
  const empty = entries.filter((_, index) => found[index]?.length === 0)
  return {
    sources: [...sources.values()],
    problems: empty.map((pattern) => `no hook file matches ${pattern}; patterns are relative to ${directory}`),
  }
}

async function sourcesOf(entry: HookEntry, directory: string): Promise<HookSource[]> {
  if (typeof entry === 'function') return [{ kind: 'function', name: `${entry.name}()`, rule: 'always', hook: entry }]
  if (typeof entry === 'object') {
    const { name, run: rule = 'always', hook } = entry
    return [{ kind: 'function', name: `${name}()`, rule, hook }]
  }
  const files = await glob(entry, { cwd: directory, absolute: true, onlyFiles: true, expandDirectories: false })
  // The database remembers the name, and it may be deployed from another system.
  return files.sort().map((path) => ({ kind: 'sql', path, name: relative(directory, path).replaceAll(sep, '/') }))
}
