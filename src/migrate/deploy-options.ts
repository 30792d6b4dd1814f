import type { AdminEdges } from './admin.ts'
import type { DeployStep } from './steps.ts'

/** What a deploy needs beside the project. */
export interface DeployOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Flags for `prisma migrate deploy`. */
  prismaArgs?: readonly string[]
  skipRoles?: boolean
  skipHooks?: boolean
  /** Default 300,000. */
  lockTimeoutMs?: number
  /**
   * How long to wait at most, in milliseconds, for roles that were given `rds_iam` just now: AWS refuses their logins for
   * tens of seconds. Default 30,000; 0 does not wait.
   */
  loginWaitMs?: number
  /** Told what happens, step by step. */
  report?: (step: DeployStep) => void
  /** Stops the deploy in the middle of what it does; a migration that was running is rolled back where DDL can be. */
  signal?: AbortSignal
  edges?: AdminEdges
}
