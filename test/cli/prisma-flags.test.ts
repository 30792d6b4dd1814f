import { describe, expect, test } from 'vitest'
import { splitArguments } from '../../src/cli/commands/prisma-flags.ts'

const split = (line: string) => splitArguments(line === '' ? [] : line.split(' '))

test('without a verb it is deploy, with patience for 300 seconds', () => {
  expect(split('')).toEqual({
    verb: 'deploy',
    own: {
      json: false,
      skipRoles: false,
      skipHooks: false,
      dryRun: false,
      lockTimeoutMs: 300_000,
      loginWaitMs: 30_000,
    },
    config: undefined,
    schema: undefined,
    prisma: [],
  })
})

test('our flags stay here, the config is named to Prisma by us, the rest is handed on as typed', () => {
  expect(
    split(
      '--json --schema a.prisma --skip-roles --skip-hooks --dry-run --lock-timeout=1.5 --login-wait 0 --config x.ts',
    ),
  ).toEqual({
    verb: 'deploy',
    own: { json: true, skipRoles: true, skipHooks: true, dryRun: true, lockTimeoutMs: 1500, loginWaitMs: 0 },
    config: 'x.ts',
    schema: 'a.prisma',
    prisma: ['--schema', 'a.prisma'],
  })
})

test.each([
  ['status --schema=a=b.prisma', ['--schema=a=b.prisma']],
  ['resolve --applied 0001_first', ['--applied', '0001_first']],
  [
    'diff --from-empty --to-schema s --script -o out.sql',
    ['--from-empty', '--to-schema', 's', '--script', '-o', 'out.sql'],
  ],
  ['dev -n more --create-only', ['-n', 'more', '--create-only']],
  ['reset -f', ['-f']],
  ['deploy -- --json --anything', ['--json', '--anything']],
])('%s', (line, prisma) => {
  expect(split(line).prisma).toEqual(prisma)
})

describe.each([
  ['deplyo', 'unknown verb `deplyo` (did you mean `deploy`?)'],
  ['toString', 'unknown verb `toString`'],
  ['--skip-role', 'unknown flag `--skip-role` (did you mean `--skip-roles`?)'],
  ['-json', 'unknown flag `-json`'],
  ['--constructor', 'unknown flag `--constructor`'],
  ['status --json', 'unknown flag `--json`'],
  ['--json deploy', 'the verb comes first: `prisma-iam migrate deploy …`'],
  ['deploy now', 'unknown word `now`'],
  ['deploy toString', 'unknown word `toString`'],
  ['dev -f', 'unknown flag `-f`'],
  ['--json=yes', '`--json` takes no value'],
  ['resolve --rolled-back -- x', '`--rolled-back` needs a value'],
  ['--lock-timeout', '`--lock-timeout` needs a value'],
  ['--lock-timeout soon', 'must be a number of seconds'],
  ['--lock-timeout=', '`--lock-timeout` needs a value'],
  ['status --config=', '`--config` needs a value'],
  ['--lock-timeout -1', 'must be a number of seconds'],
])('%s', (line, problem) => {
  test('is refused', () => {
    expect(() => split(line)).toThrow(problem)
    expect(() => split(line)).toThrow('Hint: see `prisma-iam migrate --help`')
  })
})
