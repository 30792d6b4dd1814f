import { createFrameReader } from '../../../src/emulator/wire/frames.ts'

/**
 * Feeds a frame reader broken and hostile bytes, whole, split in two at every byte, and byte by byte; all must come to
 * the same messages, and to the same end.
 * @returns how many inputs were fed
 */
export function feedHostile(count: number, random: () => number = Math.random): number {
  for (let left = count; left > 0; left--) {
    const bytes = hostile(random)
    const whole = outcome([bytes])
    if (outcome([...bytes].map((byte) => Buffer.from([byte]))) !== whole) throw unequal(bytes)
    for (let at = 1; at < bytes.length; at++) {
      if (outcome([bytes.subarray(0, at), bytes.subarray(at)]) !== whole) throw unequal(bytes)
    }
  }
  return count
}

const maxLength = 64

function hostile(random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  const parts: Buffer[] = []
  for (let left = below(5); left >= 0; left--) {
    const body = Buffer.from(Array.from({ length: below(20) }, () => below(256)))
    const head = Buffer.from([below(256), 0, 0, 0, 0])
    const lies = [0, 3, -1, maxLength + 1, 0x7fff_ffff, -0x8000_0000, below(maxLength), body.length + 5]
    head.writeInt32BE(random() < 0.6 ? body.length + 4 : (lies[below(lies.length)] ?? 0), 1)
    parts.push(head.subarray(0, random() < 0.9 ? 5 : below(5)), body)
  }
  return Buffer.concat(parts)
}

/** The messages that come out, and whether the stream is lost. */
function outcome(chunks: readonly Buffer[]): string {
  const reader = createFrameReader(maxLength)
  const messages: string[] = []
  try {
    for (const chunk of chunks) reader.read(chunk, (each) => messages.push(each.toString('hex')))
    return messages.join(' ')
  } catch (error) {
    return `lost: ${(error as Error).message}`
  }
}

function unequal(bytes: Buffer): Error {
  return new Error(`not the same however it is split: ${bytes.toString('hex')}`)
}
