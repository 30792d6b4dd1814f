/** `member` holds the membership in `role`. */
export interface Membership {
  readonly member: string
  readonly role: string
}

/** The way from one role to another along memberships, both ends included; `undefined` when there is none. */
export function findPath(edges: readonly Membership[], from: string, to: string): string[] | undefined {
  const parents = new Map<string, string[]>()
  for (const { member, role } of edges) parents.set(member, [...(parents.get(member) ?? []), role])
  const paths = [[from]]
  const seen = new Set<string>()
  for (const path of paths) {
    const last = path.at(-1) as string
    if (last === to && path.length > 1) return path
    if (seen.has(last)) continue
    seen.add(last)
    for (const role of parents.get(last) ?? []) paths.push([...path, role])
  }
  return undefined
}

/** A way that leads from a role back to itself; PostgreSQL refuses such a membership (0LP01). */
export function findCycle(edges: readonly Membership[]): string[] | undefined {
  for (const { member } of edges) {
    const path = findPath(edges, member, member)
    if (path !== undefined) return path
  }
  return undefined
}
