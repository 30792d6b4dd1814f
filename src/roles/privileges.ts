import type { GrantDeclaration, Privilege, PrivilegePreset } from './manifest.ts'

/** The kinds of objects that can be granted on. */
export type ObjectKind = 'schema' | 'table' | 'sequence' | 'function' | 'procedure'

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

const executable = { all: ['EXECUTE'], readonly: ['EXECUTE'], readwrite: ['EXECUTE'], none: [] } as const

/** One row per kind of object: a new kind is a row, not a branch. */
const kinds: Record<ObjectKind, Record<PrivilegePreset | 'all', readonly Privilege[]>> = {
  schema: { all: ['USAGE', 'CREATE'], readonly: ['USAGE'], readwrite: ['USAGE'], none: [] },
  table: {
    all: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'],
    readonly: ['SELECT'],
    readwrite: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    none: [],
  },
  // nextval() asks for USAGE or UPDATE; UPDATE would allow setval() as well.
  sequence: { all: ['USAGE', 'SELECT', 'UPDATE'], readonly: ['SELECT'], readwrite: ['USAGE', 'SELECT'], none: [] },
  function: executable,
  procedure: executable,
}

/** Every privilege that can be declared, in the order in which statements name them. */
export const allPrivileges: readonly Privilege[] = [...kinds.table.all, ...kinds.schema.all, ...kinds.function.all]
/** Every preset. */
export const presets: readonly PrivilegePreset[] = ['readonly', 'readwrite', 'none']
