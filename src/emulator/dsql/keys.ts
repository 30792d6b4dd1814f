import type { AlterTableCmd } from 'libpg-query-16'
import type { ServerError } from '../wire/messages.ts'
import { nameOf } from './conflicts/redirect.ts'
import type { Exchange } from './exchange.ts'
import { literal } from './literal.ts'
import { parse } from './parser.ts'
import { refusal } from './rules.ts'
import type { Seen } from './script.ts'

/** Why DSQL does not take a primary key apart, which the catalog alone can tell. */
export async function refuseKeyChange(exchange: Exchange, seen: readonly Seen[]): Promise<ServerError | undefined> {
  for (const { effect, text } of seen) {
    if (effect !== 'ddl' || !/\bdrop\b/i.test(text)) continue
    const tree = parse(text)
    if (!tree || !('AlterTableStmt' in tree)) continue
    const { relation, cmds = [] } = tree.AlterTableStmt
    const commands = cmds.flatMap((cmd) => ('AlterTableCmd' in cmd ? cmd.AlterTableCmd : []))
    const table = `to_regclass(${literal(nameOf(relation ?? {}))})`
    const error = (await refuseColumn(exchange, table, commands)) ?? (await refuseConstraint(exchange, table, commands))
    if (error) return error
  }
  return undefined
}

async function refuseColumn(
  exchange: Exchange,
  table: string,
  commands: AlterTableCmd[],
): Promise<ServerError | undefined> {
  const columns = dropped(commands, 'AT_DropColumn')
  if (columns.length === 0) return undefined
  const { value } = await exchange.ask(`SELECT a.attname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
    ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisprimary AND i.indrelid = ${table} AND a.attname IN (${columns.join(', ')})`)
  return value === undefined ? undefined : refusal('dropKeyColumn', value)
}

async function refuseConstraint(
  exchange: Exchange,
  table: string,
  commands: AlterTableCmd[],
): Promise<ServerError | undefined> {
  const names = dropped(commands, 'AT_DropConstraint')
  if (names.length === 0) return undefined
  const { value } = await exchange.ask(`SELECT conname FROM pg_catalog.pg_constraint
    WHERE contype = 'p' AND conrelid = ${table} AND conname IN (${names.join(', ')})`)
  return value === undefined ? undefined : refusal('alterTable', 'DROP CONSTRAINT')
}

function dropped(commands: readonly AlterTableCmd[], type: 'AT_DropColumn' | 'AT_DropConstraint'): string[] {
  return commands.filter(({ subtype }) => subtype === type).map(({ name = '' }) => literal(name))
}
