import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from './rounds.ts'
import { ours, type Stand } from './stand.ts'

/** The parts of a cold start, in milliseconds. */
export interface ColdStart {
  import: number
  construct: number
  firstQuery: number
}

/** Cold starts of both sides in processes of their own, one after the other, as the median of each part. */
export async function coldStarts(
  stand: Stand,
  rounds: number,
): Promise<{ ours: ColdStart; theirs: ColdStart; moreMs: number }> {
  const { signHost, port, host, database, ca } = stand
  const plain = { host: signHost, port, user: 'plain', database, password: 'static', ssl: { ca }, dial: { host, port } }
  const runs: { ours: ColdStart[]; theirs: ColdStart[] } = { ours: [], theirs: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const a = await start('ours', ours(stand, 'app'))
    const b = await start('theirs', plain)
    // The first of each warms the disk's cache and is not counted.
    if (round > 0) {
      runs.ours.push(a)
      runs.theirs.push(b)
    }
  }
  const totals = (starts: readonly ColdStart[]) =>
    median(starts.map((parts) => parts.import + parts.construct + parts.firstQuery))
  return {
    ours: middle(runs.ours),
    theirs: middle(runs.theirs),
    moreMs: round1(totals(runs.ours) - totals(runs.theirs)),
  }
}

async function start(side: 'ours' | 'theirs', config: object): Promise<ColdStart> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'cold-child.mjs'),
    JSON.stringify({ side, config }),
  ])
  return JSON.parse(stdout) as ColdStart
}

function middle(starts: readonly ColdStart[]): ColdStart {
  const part = (name: keyof ColdStart) => round1(median(starts.map((parts) => parts[name])))
  return { import: part('import'), construct: part('construct'), firstQuery: part('firstQuery') }
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
