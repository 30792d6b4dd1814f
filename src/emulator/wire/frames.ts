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
  return {
    push(chunk) {
      chunks.push(chunk)
      held += chunk.length
      const whole: Buffer[] = []
      if (held < wanted) return whole
      const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, held)
      let at = 0
      while (bytes.length - at >= headLength) {
        const length = bytes.readInt32BE(at + 1)
        if (length < 4 || length > maxLength) throw new Error(`invalid message length ${length}`)
        wanted = length + 1
        if (bytes.length - at < wanted) break
        whole.push(bytes.subarray(at, at + wanted))
        at += wanted
        wanted = headLength
      }
      held = bytes.length - at
      chunks = held > 0 ? [bytes.subarray(at)] : []
      return whole
    },
  }
}

const headLength = 5
