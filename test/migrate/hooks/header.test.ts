import { expect, test } from 'vitest'
import { readHeader } from '../../../src/migrate/hooks/header.ts'

test.each([
  ['-- prisma-iam: run=once\nSELECT 1;', 'once'],
  ['--prisma-iam:run=on-change', 'on-change'],
  ['  --  prisma-iam :  run=always  \r\nSELECT 1;\r\n', 'always'],
  ['-- just a comment\nSELECT 1;', 'always'],
  ['', 'always'],
  ["SELECT '\n-- prisma-iam: run=once\n';", 'always'],
])('%j runs %s', (script, rule) => {
  expect(readHeader(script)).toEqual({ rule, problems: [] })
})

test.each([
  ['-- prisma-iam: rnu=once', 1, 16, 'unknown key `rnu` (did you mean `run`?)'],
  ['-- prisma-iam: run=onec', 1, 16, '`run` is always, once or on-change, not `onec` (did you mean `once`?)'],
  ['-- prisma-iam: run', 1, 16, '`run` is always, once or on-change, not ``'],
  ['-- prisma-iam: once', 1, 16, 'unknown key `once`'],
  ['-- prisma-iam: run=once run=always', 1, 25, '`run` is said twice'],
  ['-- prisma-iam:', 1, 14, 'nothing stands behind `prisma-iam:`, such as run=once'],
  ['-- seeds\n\n-- prisma-iam: run=once\nSELECT 1;', 3, 1, '`-- prisma-iam:` must be the first line of the file'],
])('%j is refused at %i:%i', (script, line, column, problem) => {
  expect(readHeader(script).problems).toContainEqual({ line, column, problem: expect.stringContaining(problem) })
})
