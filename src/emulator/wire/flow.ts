import type { Readable, Writable } from 'node:stream'
import type { Hold } from './hold.ts'

/** One direction of a connection. */
export interface Flow {
  /** What is written in one turn of the event loop leaves together; what is written behind the sink's end is dropped. */
  write(bytes: Buffer): void
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

  const leave = () => {
    const [first] = gathered
    if (!first) return
    const bytes = gathered.length === 1 ? first : Buffer.concat(gathered)
    gathered = []
    if (!sink.writable || sink.write(bytes)) return
    full = true
    settle()
  }
  const write = (bytes: Buffer) => {
    if (gathered.push(bytes) === 1) whenQuiet(leave)
  }
  return {
    write,
    end(bytes) {
      if (bytes) write(bytes)
      leave()
      sink.end()
    },
  }
}

/** A write is a system call, on a line with TLS a record too: what promises still have to say goes with it. */
function whenQuiet(leave: () => void): void {
  queueMicrotask(() => process.nextTick(leave))
}
