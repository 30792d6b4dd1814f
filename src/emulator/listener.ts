import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A port that takes connections, and can stop doing so for a while. */
export interface Listener {
  port: number
  /** Nobody listens: whoever dials is told ECONNREFUSED. Connections that are open stay. */
  close(): void
  /** Listens again, at the same port. */
  reopen(): Promise<void>
}

/**
 * Listens until `signal` aborts; port 0 is a free one.
 * @throws EADDRINUSE and its like
 */
export async function listen(
  { host, port, signal }: { host: string; port: number; signal: AbortSignal },
  welcome: (raw: Socket) => void,
): Promise<Listener> {
  const server = createServer(welcome)
  signal.addEventListener('abort', () => server.close())
  server.on('listening', () => {
    if (signal.aborted) server.close()
  })
  server.listen(port, host)
  await once(server, 'listening', { signal })
  const { port: taken } = server.address() as AddressInfo
  return {
    port: taken,
    close: () => void server.close(),
    async reopen() {
      server.listen(taken, host)
      await once(server, 'listening', { signal })
    },
  }
}
