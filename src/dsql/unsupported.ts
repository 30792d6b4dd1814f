import type { RuleName } from './rules.ts'
import type { Node } from './statement.ts'

/** The name of a node of the tree, such as `IndexStmt`. */
export type NodeType = Node extends infer N ? (N extends unknown ? keyof N : never) : never

/** Statements that DSQL does not take, whatever they say: the rule, and what it names (recorded 2026-09-18, measured 2026-08-28). */
export const unsupportedStatements: Partial<Record<NodeType, readonly [rule: RuleName, subject: string]>> = {
  CreateEnumStmt: ['enum', 'CREATE TYPE'],
  AlterEnumStmt: ['enum', 'ALTER TYPE'],
  CompositeTypeStmt: ['type', 'CREATE TYPE'],
  CreateRangeStmt: ['type', 'CREATE TYPE'],
  CreateExtensionStmt: ['extension', 'CREATE EXTENSION'],
  CreateTrigStmt: ['trigger', ''],
  CreatePolicyStmt: ['rowSecurity', ''],
  DoStmt: ['block', ''],
  TruncateStmt: ['truncate', ''],
  DefineStmt: ['statement', 'aggregates, operators and types of its own'],
  AlterSystemStmt: ['statement', 'ALTER SYSTEM'],
  AlterTSConfigurationStmt: ['statement', 'text search'],
  CreateForeignTableStmt: ['statement', 'foreign tables'],
  CreateTableSpaceStmt: ['statement', 'tablespaces'],
  CreatedbStmt: ['statement', 'CREATE DATABASE'],
  ListenStmt: ['statement', 'LISTEN'],
  NotifyStmt: ['statement', 'NOTIFY'],
  UnlistenStmt: ['statement', 'UNLISTEN'],
  LockStmt: ['statement', 'LOCK TABLE'],
  MergeStmt: ['statement', 'MERGE'],
}
