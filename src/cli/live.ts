/** What goes on right now, in front of the eyes of whoever waits. */
export interface Live {
  /** Shows a state, until the next one or until it is cleared. */
  show(state: string): void
  clear(): void
}

/** How often a state is told again, in milliseconds. */
export interface LivePace {
  /** On a terminal, where the line is painted over. */
  repaintMs: number
  /** Elsewhere: the first line, and the ones after it. */
  firstMs: number
  nextMs: number
}

const calm: LivePace = { repaintMs: 1000, firstMs: 10_000, nextMs: 60_000 }

/** On a terminal one line that counts the seconds; in a log a plain line, and only of what takes long. */
export function createLive(stream: NodeJS.WriteStream, { repaintMs, firstMs, nextMs }: LivePace = calm): Live {
  let timer: NodeJS.Timeout | undefined
  let painted = false

  const paint = (state: string, since: number) => {
    const line = `… ${state}${passed(since)}`
    stream.write(`${erase}${line.slice(0, Math.max(1, (stream.columns ?? 80) - 1))}`)
    painted = true
    timer = again(() => paint(state, since), repaintMs)
  }
  const log = (state: string, since: number, ms: number) => {
    timer = again(() => {
      stream.write(`… ${state}${passed(since)}\n`)
      log(state, since, nextMs)
    }, ms)
  }
  const clear = () => {
    clearTimeout(timer)
    if (painted) stream.write(erase)
    painted = false
  }
  return {
    show(state) {
      clear()
      if (stream.isTTY) paint(state, performance.now())
      else log(state, performance.now(), firstMs)
    },
    clear,
  }
}

/** Back to the first column, and the line away (ECMA-48: CSI 2 K). */
const erase = '\r\u001b[2K'

/** A state that is shown keeps no process alive. */
function again(work: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(work, ms).unref()
}

function passed(since: number): string {
  const seconds = Math.floor((performance.now() - since) / 1000)
  return seconds === 0 ? '' : ` (${seconds} s)`
}
