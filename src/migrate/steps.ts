import type { Retrying } from '../connect/retrying.ts'
import type { RoleStatement } from '../roles/statement.ts'
import type { Progress } from '../steps/progress.ts'

/** One thing that a deploy did or saw, or a line that Prisma wrote. */
export type DeployStep =
  | { kind: 'created'; database: string }
  | { kind: 'waiting'; holder: string }
  /** A login failed as one can that succeeds a moment later. */
  | ({ kind: 'retrying' } & Retrying)
  | { kind: 'fileless'; migrations: readonly string[] }
  | { kind: 'empty'; directory: string }
  | { kind: 'prisma'; line: string }
  /** How a migration gets on. */
  | { kind: 'step'; progress: Progress }
  | { kind: 'migrations'; applied: readonly string[]; ms: number }
  /** A hook is run now. */
  | { kind: 'running'; hook: string }
  | { kind: 'hook'; file: string; ms: number }
  | { kind: 'roles'; statements: readonly RoleStatement[]; notices: readonly string[]; ms: number }
  /** AWS may refuse these roles for a while yet. */
  | { kind: 'settling'; roles: readonly string[]; waitMs: number }
  /** The wait is over; the login of those that are `unproven` was not seen to work. */
  | { kind: 'settled'; roles: readonly string[]; unproven: readonly string[]; ms: number }

/** What a deploy changed. */
export interface DeployResult {
  service: 'rds' | 'dsql' | 'postgresql'
  host: string
  database: string
  /** Applied by this run. */
  migrations: readonly string[]
  hooks: readonly string[]
  /** What was changed about roles, in words. */
  roles: readonly string[]
}
