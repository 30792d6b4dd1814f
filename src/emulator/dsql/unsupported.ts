import type { NodeType } from './parser.ts'
import type { RuleName } from './rules.ts'

/**
 * Statements that DSQL refuses whatever they say: the rule and the name in its text.
 * Recorded 2026-09-18 or measured 2026-08-28; the last group's names are inferred from the others.
 */
export const unsupportedStatements: Partial<Record<NodeType, readonly [rule: RuleName, subject?: string]>> = {
  AlterSystemStmt: ['statement', 'AlterSystem'],
  AlterTSConfigurationStmt: ['statement', 'AlterTSConfiguration'],
  CompositeTypeStmt: ['statement', 'CompositeType'],
  CreateExtensionStmt: ['statement', 'CreateExtension'],
  CreateForeignTableStmt: ['statement', 'CreateForeignTable'],
  CreatePolicyStmt: ['statement', 'CreatePolicy'],
  CreateRangeStmt: ['statement', 'CreateRange'],
  CreateTableAsStmt: ['statement', 'CreateTableAs'],
  CreateTableSpaceStmt: ['statement', 'CreateTableSpace'],
  CreatedbStmt: ['statement', 'Createdb'],
  DefineStmt: ['statement', 'Define'],
  DoStmt: ['statement', 'Do'],
  ListenStmt: ['statement', 'Listen'],
  LockStmt: ['statement', 'Lock'],
  NotifyStmt: ['statement', 'Notify'],
  TruncateStmt: ['statement', 'Truncate'],
  UnlistenStmt: ['statement', 'Unlisten'],
  AlterEnumStmt: ['feature', 'ALTER TYPE'],
  CreateEnumStmt: ['feature', 'CREATE TYPE'],
  CreateTrigStmt: ['feature', 'CREATE TRIGGER'],
  MergeStmt: ['merge'],

  AlterDatabaseStmt: ['statement', 'AlterDatabase'],
  AlterDatabaseSetStmt: ['statement', 'AlterDatabaseSet'],
  ClusterStmt: ['statement', 'Cluster'],
  DeclareCursorStmt: ['statement', 'DeclareCursor'],
  DiscardStmt: ['statement', 'Discard'],
  DropdbStmt: ['statement', 'Dropdb'],
  ExecuteStmt: ['statement', 'Execute'],
  LoadStmt: ['statement', 'Load'],
  PrepareStmt: ['statement', 'Prepare'],
  ReindexStmt: ['statement', 'Reindex'],
  RuleStmt: ['statement', 'Rule'],
}
