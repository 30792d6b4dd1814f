import { expect, test } from 'vitest'
import { compareOnDsql } from '../../proof/dsql-history.ts'

test('a long history leaves on DSQL what it leaves on PostgreSQL, but for what the notices said', async () => {
  const { migrations, explained, unexplained, failures } = await compareOnDsql('in-process')
  expect({ unexplained, failures }).toEqual({ unexplained: [], failures: [] })
  expect(migrations.length).toBeGreaterThan(40)
  expect(explained).toEqual({ notNull: 22, sortOrder: 2, patternOps: 1, identity: 2 })
}, 120_000)
