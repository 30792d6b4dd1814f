/** A line that can be held: nothing moves on it, and nobody is told. */
export interface Hold {
  held(): boolean
  set(held: boolean): void
  /** Resolves as soon as the line is not held. */
  released(): Promise<void>
  /** Calls `listener` at every change; answers how to stop that. */
  watch(listener: () => void): () => void
}

/** @param held how the line begins */
export function createHold(held: boolean): Hold {
  let now = held
  const listeners = new Set<() => void>()
  return {
    held: () => now,
    set(next) {
      now = next
      for (const listener of [...listeners]) listener()
    },
    released() {
      return new Promise((resolve) => {
        const look = () => {
          if (now) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      })
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
