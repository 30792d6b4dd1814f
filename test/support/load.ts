import { setTimeout as sleep } from 'node:timers/promises'

/** Queries that go on and on, and what became of them. */
export interface Load {
  /** How many worked so far. */
  worked(): number
  /** Resolves as soon as so many more have worked, whatever fails meanwhile. */
  more(count: number): Promise<void>
  /** Ends it and answers the errors of those that failed, in their order. */
  stop(): Promise<readonly LoadError[]>
}

/** An error of a query as the app got it. */
export interface LoadError extends Error {
  code?: string
}

/** Runs queries until it is stopped, `workers` at a time; a worker rests for some milliseconds between two of its own. */
export function startLoad(query: () => Promise<unknown>, workers = 4, restMs = 5): Load {
  const failed: LoadError[] = []
  let worked = 0
  let going = true
  const work = async () => {
    while (going) {
      await query().then(
        () => {
          worked += 1
        },
        (error: LoadError) => failed.push(error),
      )
      await sleep(restMs)
    }
  }
  const ended = Promise.all(Array.from({ length: workers }, work))
  return {
    worked: () => worked,
    async more(count) {
      const enough = worked + count
      while (worked < enough) await sleep(5)
    },
    async stop() {
      going = false
      await ended
      return failed
    },
  }
}
