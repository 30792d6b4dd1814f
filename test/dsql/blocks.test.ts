import { expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import { planned } from './planned.ts'

test('what is written for DSQL already stays as it is', async () => {
  expect(
    await planned(`BEGIN; CREATE TABLE a (b int); COMMIT;
BEGIN; CREATE INDEX ASYNC i ON a (b); COMMIT;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ; INSERT INTO a VALUES (1); UPDATE a SET b = b + 1; END;
CALL sys.wait_for_job('x');
AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/app';`),
  ).toEqual([
    'schema: CREATE TABLE a (b int)',
    'index: CREATE INDEX ASYNC i ON a (b)',
    'rows: INSERT INTO a VALUES (1); UPDATE a SET b = b + 1',
    "bare: CALL sys.wait_for_job('x')",
    "schema: AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/app'",
  ])
})

test('a transaction of one standard change is only a bracket around its steps', async () => {
  expect(await planned('BEGIN; CREATE INDEX i ON a (b); COMMIT;')).toEqual(['index: CREATE INDEX ASYNC i ON a (b)'])
})

test('a setting of a transaction stays in it', async () => {
  expect(await planned('BEGIN; SET LOCAL search_path = s; UPDATE a SET b = 1; COMMIT;')).toEqual([
    'rows: SET LOCAL search_path = s; UPDATE a SET b = 1',
  ])
})

test.each([
  ['a second schema change', 'BEGIN; CREATE TABLE a (b int); CREATE TABLE c (d int); COMMIT;', 'manyChanges', 32],
  [
    'rows behind a schema change',
    'BEGIN; CREATE TABLE a (b int); INSERT INTO a VALUES (1); COMMIT;',
    'manyChanges',
    32,
  ],
  ['rows before a schema change', 'BEGIN; INSERT INTO a VALUES (1); CREATE TABLE c (d int); COMMIT;', 'manyChanges', 8],
  ['another isolation', 'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT;', 'isolation', 1],
  ['a savepoint', 'BEGIN; SELECT 1; SAVEPOINT s; COMMIT;', 'savepoint', 18],
  ['no end', 'SELECT 1; BEGIN; SELECT 1;', 'openBlock', 11],
  ['a savepoint outside', 'SAVEPOINT s', 'savepoint', 1],
])('%s is refused at its place', async (_what, sql, rule, column) => {
  expect((await planDsql(sql)).refusals).toMatchObject([{ rule, place: { line: 1, column } }])
})

test('what the file rolls back itself is left out, with a notice', async () => {
  expect(await planned('BEGIN; INSERT INTO a VALUES (1); ROLLBACK; SELECT 1;')).toEqual([
    'rows: SELECT 1',
    '! rolledBack',
  ])
})

test('COMMIT AND CHAIN begins the next', async () => {
  expect(await planned('BEGIN; SELECT 1; SELECT 2; COMMIT AND CHAIN; SELECT 3; SELECT 4; COMMIT; COMMIT')).toEqual([
    'rows: SELECT 1; SELECT 2',
    'rows: SELECT 3; SELECT 4',
  ])
})
