import type { GrantDeclaration, Privilege, PrivilegePreset } from './manifest.ts'

/** The kinds of objects that can be granted on; `future` ones stand for what one role makes later in one schema. */
export type ObjectKind = 'database' | 'schema' | 'table' | 'sequence' | 'function' | 'procedure' | FutureKind
/** What default privileges are for. */
export type FutureKind = DeclaredFutureKind | 'future schema' | 'future type' | 'future large object'
/** Those of them that a declaration can speak of. */
export type DeclaredFutureKind = 'future table' | 'future sequence' | 'future function'

/** Which privileges of a declaration reach an object of this kind. */
export function privilegesFor(kind: ObjectKind, declared: GrantDeclaration['privileges']): readonly Privilege[] {
  const row = kinds[kind]
  if (typeof declared === 'string') return row[declared]
  const fitting = declared.filter((privilege) => row.all.includes(privilege))
  // Without USAGE on the schema no privilege inside it can be used.
  return kind === 'schema' && !fitting.includes('USAGE') ? ['USAGE', ...fitting] : fitting
}

/** Does this kind of object know the privilege? */
export function knows(kind: ObjectKind, privilege: Privilege): boolean {
  return kinds[kind].all.includes(privilege)
}

/** The privileges that can be limited to columns. */
export const columnPrivileges: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']

const table = {
  all: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'],
  readonly: ['SELECT'],
  readwrite: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  none: [],
} as const
// nextval() asks for USAGE or UPDATE; UPDATE would allow setval() as well.
const sequence = {
  all: ['USAGE', 'SELECT', 'UPDATE'],
  readonly: ['SELECT'],
  readwrite: ['USAGE', 'SELECT'],
  none: [],
} as const
const executable = { all: ['EXECUTE'], readonly: ['EXECUTE'], readwrite: ['EXECUTE'], none: [] } as const
const undeclared = { all: [], readonly: [], readwrite: [], none: [] } as const

/** One row per kind of object: a new kind is a row, not a branch. */
const kinds: Record<ObjectKind, Record<PrivilegePreset | 'all', readonly Privilege[]>> = {
  // Never declared; looked at where a role shall go, which what it holds there would keep.
  database: undeclared,
  schema: { all: ['USAGE', 'CREATE'], readonly: ['USAGE'], readwrite: ['USAGE'], none: [] },
  table,
  sequence,
  function: executable,
  procedure: executable,
  'future table': table,
  'future sequence': sequence,
  'future function': executable,
  'future schema': undeclared,
  'future type': undeclared,
  'future large object': undeclared,
}

/** Every privilege that can be declared, in the order in which statements name them. */
export const allPrivileges: readonly Privilege[] = [...kinds.table.all, ...kinds.schema.all, ...kinds.function.all]
/** Every preset. */
export const presets: readonly PrivilegePreset[] = ['readonly', 'readwrite', 'none']

/** As statements name them. */
export function inOrder(privileges: readonly Privilege[]): Privilege[] {
  return [...privileges].sort((a, b) => allPrivileges.indexOf(a) - allPrivileges.indexOf(b))
}
