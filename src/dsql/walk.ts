import type { Node } from './statement.ts'

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
