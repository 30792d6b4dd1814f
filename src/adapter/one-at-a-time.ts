/** Runs work in the order in which it came, each piece when the one before has ended, however that ended. */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = running === 0 ? work() : last.then(work)
    running += 1
    const end = () => {
      running -= 1
    }
    last = result.then(end, end)
    return result
  }
}
