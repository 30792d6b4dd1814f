import type { Readable, Writable } from 'node:stream'
import type { Hold } from './hold.ts'

/**
 * Lets `source` flow only while `sink` has room and nothing holds the line.
 * @returns writes to the sink; what is written after its end is dropped
 */
export function createFlow(source: Readable, sink: Writable, hold: Hold): (bytes: Buffer) => void {
  let full = false
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
  return (bytes) => {
    if (!sink.writable || sink.write(bytes)) return
    full = true
    settle()
  }
}
