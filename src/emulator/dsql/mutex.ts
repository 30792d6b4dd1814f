/** Lets one work run at a time, in the order asked. */
export interface Mutex {
  hold<T>(work: () => Promise<T>): Promise<T>
}

/** Free. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve()
  return {
    hold(work) {
      const done = last.then(work)
      last = done.catch(() => {})
      return done
    },
  }
}
