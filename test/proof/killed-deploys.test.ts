import { expect, test } from 'vitest'
import { killDeploys } from '../../proof/killed-deploys.ts'

// `npm run proof` kills at many more statements, and each of the processes by itself.
test.runIf(process.platform === 'linux')(
  'a deploy that is killed through the command line is healed by the next',
  async () => {
    const { killed, wrong } = await killDeploys('dsql', 1)
    expect(wrong).toEqual([])
    expect(killed).toBe(1)
  },
  120_000,
)
