import type { Ask } from './lock.ts'

/** A connection that carries nothing but the lease. */
export interface Line {
  ask: Ask
  end(): Promise<void>
}

/**
 * A line that is opened when first used, and anew after it broke: DSQL ends every session after an hour, and a deploy that
 * builds indexes can last longer. Statements go one after the other.
 */
export function steadyLine(open: () => Promise<Line>): Line {
  let line: Promise<Line> | undefined
  let ended = false
  let last: Promise<unknown> = Promise.resolve()
  const once: Ask = async (sql, values) => {
    if (ended) throw new Error('The line of the lease was ended.')
    line ??= open()
    const opened = line
    try {
      return await (await opened).ask(sql, values)
    } catch (error) {
      if (isServersWord(error)) throw error
      line = undefined
      void opened.then(
        (broken) => broken.end().catch(() => undefined),
        () => undefined,
      )
      throw error
    }
  }
  return {
    ask(sql, values) {
      const answer = last.then(async () => {
        const isFresh = line === undefined
        return await once(sql, values).catch((error: unknown) => {
          if (isFresh || isServersWord(error)) throw error
          return once(sql, values)
        })
      })
      last = answer.catch(() => undefined)
      return answer
    },
    async end() {
      await last
      ended = true
      const opened = line
      line = undefined
      await (await opened?.catch(() => undefined))?.end().catch(() => undefined)
    },
  }
}

/** A refusal of the server leaves the session open, but for those that end it (class 57P, 08). */
function isServersWord(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return severity === 'ERROR' && typeof code === 'string' && !/^(57P|08)/.test(code)
}
