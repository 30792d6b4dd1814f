/** Cuts a stream of typed messages into whole ones. */
export interface FrameReader {
  /**
   * Takes the next bytes, however they were split on the way, and hands on the messages that are now whole, one by one.
   * Neighbours that are `asIs`, each asked about at its turn, are handed to `pass` as one.
   * @throws Error when a message's length is impossible or above the limit; the stream is then lost.
   */
  read(chunk: Buffer, take: (message: Buffer) => void, asIs?: (type: number) => boolean, pass?: typeof take): void
}

/** @param maxLength the longest message in bytes that is let through, its type byte not counted */
export function createFrameReader(maxLength: number): FrameReader {
  // Chunks are joined once a message is whole, so that a large one costs no more than its bytes.
  let chunks: Buffer[] = []
  let held = 0
  let wanted = headLength

  function join(chunk: Buffer): Buffer | undefined {
    if (held === 0 && chunk.length >= wanted) return chunk
    chunks.push(chunk)
    held += chunk.length
    return held < wanted ? undefined : Buffer.concat(chunks, held)
  }

  return {
    read(chunk, take, asIs = never, pass = take) {
      const bytes = join(chunk)
      if (!bytes) return
      /** Where the messages begin that pass as they are. */
      let from = 0
      let at = 0
      wanted = headLength
      while (bytes.length - at >= headLength) {
        const length = bytes.readInt32BE(at + 1)
        if (length < 4 || length > maxLength) throw new Error(`invalid message length ${length}`)
        const next = at + 1 + length
        if (bytes.length < next) {
          wanted = length + 1
          break
        }
        if (!asIs(bytes[at] as number)) {
          if (from < at) pass(bytes.subarray(from, at))
          take(bytes.subarray(at, next))
          from = next
        }
        at = next
      }
      if (from < at) pass(bytes.subarray(from, at))
      held = bytes.length - at
      chunks = held > 0 ? [bytes.subarray(at)] : []
    },
  }
}

const headLength = 5

function never(): boolean {
  return false
}
