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
  let gathered: Run[] = []
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
    if (gathered.length === 0) return
    const runs = gathered.map(bytesOf)
    gathered = []
    const bytes = runs.length === 1 && runs[0] ? runs[0] : Buffer.concat(runs)
    if (!sink.writable || sink.write(bytes)) return
    full = true
    settle()
  }
  const whenQuiet = () => {
    if (gathered.length > 0) process.nextTick(flush)
  }
  const write = (bytes: Buffer, now = false) => {
    const last = gathered.at(-1)
    if (last && isNext(last, bytes)) last.length += bytes.length
    else gathered.push({ first: bytes, length: bytes.length })
    if (now) flush()
    // A write is a system call, on a line with TLS a record too: what promises still have to say goes with it.
    else if (!last) void settled.then(whenQuiet)
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

/** Messages that are neighbours in memory, as those of one chunk are; they need no copying. */
interface Run {
  first: Buffer
  length: number
}

function isNext({ first, length }: Run, bytes: Buffer): boolean {
  return bytes.buffer === first.buffer && bytes.byteOffset === first.byteOffset + length
}

function bytesOf({ first, length }: Run): Buffer {
  return length === first.length ? first : Buffer.from(first.buffer, first.byteOffset, length)
}
