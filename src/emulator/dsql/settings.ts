/**
 * What a session may set, by SET, RESET or as a connection option (AWS documentation 2026, checked against recordings of
 * 2026-09-18). Everything else is refused. `role` is documented but was measured as refused on 2026-08-28.
 */
const settable: ReadonlySet<string> = new Set([
  'application_name',
  'client_encoding',
  'datestyle',
  'disable_sync_create_index',
  'dsql.enable_batched_nestloop',
  'enable_bitmapscan',
  'enable_hashjoin',
  'enable_indexonlyscan',
  'enable_indexscan',
  'enable_material',
  'enable_mergejoin',
  'enable_nestloop',
  'enable_seqscan',
  'extra_float_digits',
  'intervalstyle',
  'search_path',
  'timezone',
])

/** Whether DSQL lets a session set this parameter; names are case-insensitive. */
export function isSettable(name: string): boolean {
  return settable.has(name.toLowerCase())
}

/** The first parameter of a startup message that DSQL does not know; there it ends the connection. */
export function unknownSetting(parameters: ReadonlyMap<string, string>): string | undefined {
  const direct = [...parameters.keys()].filter((name) => !notSettings.has(name) && !name.startsWith('_pq_.'))
  const options = parameters.get('options') ?? ''
  const inOptions = [...options.matchAll(/(?:^|\s)(?:-c\s*|--)([^\s=]+)=/g)].map(([, name = '']) =>
    name.replaceAll('-', '_'),
  )
  return [...direct, ...inOptions].find((name) => !isSettable(name))
}

const notSettings: ReadonlySet<string> = new Set(['user', 'database', 'options'])
