import { expect, test } from 'vitest'
import { deployAtOnce, isOneAfterTheOther } from '../../proof/deploys-at-once.ts'

// `npm run proof` starts twenty on each service.
test.each(['rds', 'dsql'] as const)(
  'three deploys at once on %s: each succeeds, one does the work, and no two statements meet',
  async (service) => {
    const { runs, applied, hooks, mayRead, statements, overlaps } = await deployAtOnce(service, 3)
    expect(runs.map(({ code, stderr }) => (code === 0 ? 'ended well' : stderr))).toEqual(runs.map(() => 'ended well'))
    expect(runs.filter(({ stdout }) => stdout.includes('2 migrations'))).toHaveLength(1)
    expect(runs.filter(({ stderr }) => stderr.includes('waiting for another deploy: prisma-iam '))).toHaveLength(2)
    expect(applied).toEqual({ '0001_first': 1, '0002_second': 1 })
    expect(hooks).toHaveLength(6)
    expect(isOneAfterTheOther(hooks)).toBe(true)
    expect(mayRead).toBe(true)
    expect(overlaps).toEqual([])
    expect(statements).toBeGreaterThan(30)
  },
  120_000,
)
