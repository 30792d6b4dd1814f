/** One side of a comparison: a name and one operation. */
export interface Contender {
  name: string
  operation: (turn: number) => Promise<unknown>
}

/** What one side did in one round. */
interface Turn {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** A comparison of two sides on one machine in one run. */
export interface Comparison {
  ours: Turn
  theirs: Turn
  /** The median over the rounds of our throughput divided by theirs. */
  ratio: number
  rounds: number
}

export interface RoundOptions {
  concurrency: number
  rounds: number
  roundMs: number
}

/**
 * Lets two sides take turns, each round in the other order, so that what the machine does meanwhile meets both.
 * The ratio of each round is taken by itself; the median of them is the result.
 */
export async function interleave(ours: Contender, theirs: Contender, options: RoundOptions): Promise<Comparison> {
  // Long enough for the engine to have compiled what both sides run.
  for (const side of [ours, theirs]) await turn(side, { ...options, roundMs: warmUpMs })
  const pairs: [Turn, Turn][] = []
  for (let round = 0; round < options.rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await turn(ours, options)
      pairs.push([first, await turn(theirs, options)])
    } else {
      const first = await turn(theirs, options)
      pairs.push([await turn(ours, options), first])
    }
  }
  const middle = (pick: (pair: [Turn, Turn]) => number) => median(pairs.map(pick))
  const side = (index: 0 | 1): Turn => ({
    perSecond: Math.round(middle((pair) => pair[index].perSecond)),
    p50Ms: round3(middle((pair) => pair[index].p50Ms)),
    p99Ms: round3(middle((pair) => pair[index].p99Ms)),
  })
  const ratio = round3(middle(([a, b]) => a.perSecond / b.perSecond))
  return { ours: side(0), theirs: side(1), ratio, rounds: options.rounds }
}

const warmUpMs = 1_000

async function turn({ operation }: Contender, { concurrency, roundMs }: RoundOptions): Promise<Turn> {
  const latencies: number[] = []
  const started = performance.now()
  let turns = 0
  const worker = async () => {
    while (performance.now() - started < roundMs) {
      const from = performance.now()
      await operation(turns++)
      latencies.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const seconds = (performance.now() - started) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
