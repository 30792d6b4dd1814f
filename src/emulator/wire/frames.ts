/** Cuts a stream of typed messages into whole ones. */
export interface FrameReader {
  /**
   * Takes the next bytes, however they were split on the way, and answers the messages that are now whole.
   * @throws Error when a message's length is impossible or above the limit; the stream is then lost.
   */
  push(chunk: Buffer): Buffer[]
}

/** @param maxLength the longest message in bytes that is let through, its type byte not counted */
export function createFrameReader(maxLength: number): FrameReader {
  // Chunks are joined once a message is whole, so that a large one costs no more than its bytes.
  let chunks: Buffer[] = []
  let held = 0
  let wanted = headLength
  const join = () => {
    const joined = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    chunks = [joined]
    return joined
  }
  return {
    push(chunk) {
      chunks.push(chunk)
      held += chunk.length
      const whole: Buffer[] = []
      while (held >= wanted) {
        const bytes = join()
        const length = bytes.readInt32BE(1)
        if (length < 4 || length > maxLength) throw new Error(`invalid message length ${length}`)
        wanted = length + 1
        if (held < wanted) break
        whole.push(bytes.subarray(0, wanted))
        const rest = bytes.subarray(wanted)
        chunks = rest.length > 0 ? [rest] : []
        held = rest.length
        wanted = headLength
      }
      return whole
    },
  }
}

const headLength = 5
