import { once } from 'node:events'
import { dial, type Upstream } from '../login/upstream.ts'

/** Remembers which keys this emulator's clients were given, so that only they can cancel, and only there. */
export interface Cancels {
  /** Remembers the key of a BackendKeyData; call what it answers when the session has ended. */
  remember(backendKeyData: Buffer): () => void
  /** Hands a CancelRequest on when its key is known; a stranger's is ignored, as PostgreSQL does. */
  forward(key: Buffer): Promise<boolean>
}

/** @param upstream where the sessions are */
export function createCancels(upstream: Upstream): Cancels {
  const known = new Set<string>()
  return {
    remember(backendKeyData) {
      // Process id and secret, of 4 to 256 bytes since protocol 3.2, in the layout that a CancelRequest repeats.
      const key = backendKeyData.subarray(5).toString('hex')
      known.add(key)
      return () => known.delete(key)
    },
    async forward(key) {
      if (!known.has(key.toString('hex'))) return false
      const socket = await dial(upstream, 'trusting')
      const head = Buffer.alloc(8)
      head.writeInt32BE(8 + key.length, 0)
      head.writeUInt16BE(1234, 4)
      head.writeUInt16BE(5678, 6)
      socket.resume()
      const closed = once(socket, 'close')
      socket.end(Buffer.concat([head, key]))
      await closed
      return true
    },
  }
}
