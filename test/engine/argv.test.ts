import { describe, expect, test } from 'vitest'
import { readArgv } from '../../src/engine/argv.ts'

describe('readArgv', () => {
  test('reads the server that migrate deploy starts', () => {
    const argv = ['--datamodels', 'a.prisma', '--datamodels', 'b.prisma', '--datasource', '{"url":"postgresql://h/d"}']
    expect(readArgv([...argv, '--enabled-preview-features', 'views', '--extension-types', '{"types":[]}'])).toEqual({
      kind: 'serve',
      datamodels: ['a.prisma', 'b.prisma'],
      datasource: { url: 'postgresql://h/d' },
    })
  })

  test('a datasource may be absent or empty, as for diff without a URL', () => {
    expect(readArgv([])).toEqual({ kind: 'serve', datamodels: [], datasource: {} })
    expect(readArgv(['--datasource', '{"url":"","shadowDatabaseUrl":"postgresql://s/d"}'])).toMatchObject({
      datasource: { shadowDatabaseUrl: 'postgresql://s/d' },
    })
  })

  test.each(['can-connect-to-database', 'create-database', 'drop-database'])('reads the command %s', (command) => {
    expect(readArgv(['--datasource', '{"url":"u"}', 'cli', command])).toEqual({
      kind: 'database',
      command,
      datasource: { url: 'u' },
    })
  })

  test('reads --version', () => {
    expect(readArgv(['--version'])).toEqual({ kind: 'version' })
  })

  test.each([
    [['cli', 'drop-everything']],
    [['serve', 'can-connect-to-database']],
    [['--datasource', 'postgresql://u:canary@h/d']],
    [['--url=postgresql://u:canary@h/d']],
  ])('refuses %j and repeats no password', (argv) => {
    expect(() => readArgv(argv)).toThrow(
      expect.objectContaining({
        code: 'PRISMA_IAM_ENGINE_UNSUPPORTED',
        message: expect.not.stringContaining('canary'),
      }),
    )
  })
})
