import type { Readable, Writable } from 'node:stream'
import type { Hold } from './hold.ts'

/** One direction of a connection. */
export interface Flow {
  /**
   * What is written in one turn of the event loop leaves together, at once when the other side then has something to
   * do. What is written behind the sink's end is dropped.
   */
  write(bytes: Buffer, now?: boolean): void
  /** Ends the sink behind what was written. */
  end(bytes?: Buffer): void
}

/** Lets `source` flow only while `sink` has room and nothing holds the line. */
export function createFlow(source: Readable, sink: Writable, hold: Hold): Flow {
  let full = false
  let earlier: Buffer[] = []
  /** Of messages that are neighbours in memory, as those of one chunk are: they need no copying. */
  let first: Buffer | undefined
  let length = 0
  const settle = () => {
    if (full || hold.held()) source.pause()
    else source.resume()
  }
  const roomy = () => {
    full = false
    settle()
  }
  sink.on('drain', roomy)
  // A sink that is gone takes everything: its source is to be read to its end.
  sink.once('close', roomy)
  source.once('close', hold.watch(settle))
  settle()

  const flush = () => {
    if (!first) return
    const last = neighbours(first, length)
    const bytes = earlier.length === 0 ? last : Buffer.concat([...earlier, last])
    first = undefined
    if (earlier.length > 0) earlier = []
    if (!sink.writable || sink.write(bytes)) return
    full = true
    settle()
  }
  const whenQuiet = () => {
    if (first) process.nextTick(flush)
  }
  const write = (bytes: Buffer, now = false) => {
    // A write is a system call, on a line with TLS a record too: what promises still have to say goes with it.
    if (!first && !now) void settled.then(whenQuiet)
    if (first && isNext(first, length, bytes)) length += bytes.length
    else {
      if (first) earlier.push(neighbours(first, length))
      first = bytes
      length = bytes.length
    }
    if (now) flush()
  }
  return {
    write,
    end(bytes) {
      if (bytes) write(bytes)
      flush()
      sink.end()
    },
  }
}

const settled = Promise.resolve()

function isNext(first: Buffer, length: number, bytes: Buffer): boolean {
  return bytes.byteOffset === first.byteOffset + length && bytes.buffer === first.buffer
}

function neighbours(first: Buffer, length: number): Buffer {
  return length === first.length ? first : Buffer.from(first.buffer, first.byteOffset, length)
}
