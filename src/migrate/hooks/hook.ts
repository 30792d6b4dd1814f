import type pg from 'pg'

/** What a hook function is given. */
export interface HookContext {
  /** A session of the admin, for this hook alone; inside a transaction where schema changes can be in one. */
  client: pg.ClientBase
  /** The environment of the deploy. */
  env: Readonly<Record<string, string | undefined>>
  /** `hooks.variables` of the config. */
  variables: Readonly<Record<string, string>>
  /** Aborted when the deploy is stopped; the session ends then, too. */
  signal: AbortSignal | undefined
}

/** A hook in TypeScript; it is waited for, and what it throws stops the deploy. */
export type HookFunction = (context: HookContext) => unknown

/** When a hook runs: at every deploy, at one alone, or whenever its text or its variables are others than last time. */
export type HookRule = 'always' | 'once' | 'on-change'

/** A function that says by itself what it is called and how often it runs. */
export interface NamedHook {
  /** How the database remembers it: another name is another hook. */
  name: string
  /** Default `always`. A function has no text to compare, so there is no `on-change`. */
  run?: 'always' | 'once'
  hook: HookFunction
}

/** What stands in a list of hooks: a pattern of SQL files, a function with a name of its own, or one that is given one. */
export type HookEntry = string | HookFunction | NamedHook

/** A hook that is ready to run: everything that can be wrong about its text has been looked for. */
export type Hook = SqlHook | FunctionHook

/** What every hook has. */
interface AnyHook {
  /** As the project knows it: a path relative to the config file, or `name()` of a function. */
  name: string
  rule: HookRule
  /** SHA-256 of what would run, in hexadecimal; of a function, of its name. */
  checksum: string
}

/** A hook file. */
export interface SqlHook extends AnyHook {
  kind: 'sql'
  /** With its variables filled in. */
  script: string
  statements: readonly HookStatement[]
  /** Where in the file an index of `script` comes from; all of a value comes from its variable. */
  placeOf(index: number): Place
}

/** A function of the config. */
export interface FunctionHook extends AnyHook {
  kind: 'function'
  hook: HookFunction
}

/** A statement of a hook's script. */
export interface HookStatement {
  text: string
  /** Its index in the script. */
  start: number
}

/** Line and column of a file, counted from 1, in characters. */
export interface Place {
  line: number
  column: number
}
