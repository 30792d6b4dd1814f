import type { Readable, Writable } from 'node:stream'
import type { Hold } from './hold.ts'

/** One direction of a connection. */
export interface Flow {
  /** What is written in one turn of the event loop leaves together; what is written behind the sink's end is dropped. */
  write(bytes: Buffer): void
  /** Lets leave at once what was written: the other side has something to do. */
  flush(): void
  /** Ends the sink behind what was written. */
  end(bytes?: Buffer): void
}

/** Lets `source` flow only while `sink` has room and nothing holds the line. */
export function createFlow(source: Readable, sink: Writable, hold: Hold): Flow {
  let full = false
  let gathered: Buffer[] = []
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
    const [first] = gathered
    if (!first) return
    const bytes = gathered.length === 1 ? first : Buffer.concat(gathered)
    gathered = []
    if (!sink.writable || sink.write(bytes)) return
    full = true
    settle()
  }
  // A write is a system call, on a line with TLS a record too: what promises still have to say goes with it.
  const whenQuiet = () => {
    if (gathered.length > 0) process.nextTick(flush)
  }
  const write = (bytes: Buffer) => {
    const last = gathered.length - 1
    const one = last < 0 ? undefined : joined(gathered[last] as Buffer, bytes)
    if (one) gathered[last] = one
    else gathered.push(bytes)
    if (last < 0) void settled.then(whenQuiet)
  }
  return {
    write,
    flush,
    end(bytes) {
      if (bytes) write(bytes)
      flush()
      sink.end()
    },
  }
}

const settled = Promise.resolve()

/** Neighbours in memory, as messages of one chunk are, need no copying. */
function joined(one: Buffer, next: Buffer): Buffer | undefined {
  const adjacent = one.buffer === next.buffer && one.byteOffset + one.length === next.byteOffset
  return adjacent ? Buffer.from(one.buffer, one.byteOffset, one.length + next.length) : undefined
}
