import type { Duplex } from 'node:stream'

/**
 * Reads from a stream on demand. What was read too far goes back before the stream is handed on,
 * so that a stream can change its owner (to TLS, to a relay) between any two bytes.
 */
export interface Wire {
  stream: Duplex
  /** Bytes read and not yet consumed. */
  held(): Buffer
  /** Waits for at least one more byte; false at the end of the stream. */
  more(): Promise<boolean>
  /** Drops bytes from the front of {@link held}. */
  consume(length: number): void
  /** Gives the stream back with everything that was not consumed. */
  release(): void
}

/** Wraps a stream that nobody else reads from. */
export function wire(stream: Duplex): Wire {
  let held = Buffer.alloc(0)
  return {
    stream,
    held: () => held,
    async more() {
      const chunk = await nextChunk(stream)
      if (chunk) held = Buffer.concat([held, chunk])
      return chunk !== undefined
    },
    consume(length) {
      held = held.subarray(length)
    },
    release() {
      if (held.length > 0) stream.unshift(held)
      held = Buffer.alloc(0)
    },
  }
}

/** The next whole typed message of at most `maxLength` bytes, or undefined at the end of the stream. */
export async function nextMessage(from: Wire, maxLength: number): Promise<Buffer | undefined> {
  for (;;) {
    const bytes = from.held()
    if (bytes.length >= 5) {
      const length = bytes.readInt32BE(1)
      if (length < 4 || length > maxLength) throw new Error(`invalid message length ${length}`)
      if (bytes.length > length) {
        from.consume(length + 1)
        return bytes.subarray(0, length + 1)
      }
    }
    if (!(await from.more())) return undefined
  }
}

function nextChunk(stream: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const settle = (chunk: Buffer | undefined) => {
      stream.off('readable', look).off('end', finish).off('close', finish)
      resolve(chunk)
    }
    const finish = () => settle(undefined)
    const look = () => {
      const chunk = stream.read() as Buffer | null
      if (chunk !== null) settle(chunk)
    }
    if (stream.destroyed || stream.readableEnded) return resolve(undefined)
    stream.on('readable', look).on('end', finish).on('close', finish)
    look()
  })
}
