import { loadModule, type Node, parseSync } from 'libpg-query-16'

/** A statement's tree: an object with one key, the name of its node type. */
export type { Node } from 'libpg-query-16'

/** The name of a node type, such as `IndexStmt`. */
export type NodeType = Node extends infer N ? (N extends unknown ? keyof N : never) : never

let loaded = false

/** Loads PostgreSQL 16's parser; must be done once before {@link parse}. */
export async function loadParser(): Promise<void> {
  await loadModule()
  loaded = true
}

/** Parses one statement; undefined where PostgreSQL 16 itself would say syntax error. */
export function parse(sql: string): Node | undefined {
  if (!loaded) throw new Error('The SQL parser is not loaded; loadParser() must have resolved.')
  try {
    const tree = parseSync(sql) as { stmts?: { stmt?: Node }[] }
    return tree.stmts?.[0]?.stmt
  } catch {
    return undefined
  }
}

/** Every node of a tree, the root first: its type and its fields. */
export function* walk(root: Node): Generator<[type: string, fields: Record<string, unknown>]> {
  // A stack instead of recursion: a chain of 10,000 ORs is a tree as deep.
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== 'object' || child === null) continue
      if (/^[A-Z]/.test(key)) yield [key, child]
      open.push(child)
    }
  }
}
