import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Stands before a PostgreSQL without TLS and does to those who come what it was told to, one after the other. */
export interface Doorkeeper {
  port: number
  /** How many came. */
  came(): number
  /** What happens to those who come next; when nothing is left, they are let through. */
  next(...treatments: Treatment[]): void
  /** Lets the connections that are open go silent: no byte passes any more, no socket closes. */
  freeze(): void
  close(): Promise<void>
}

type Refusal = { code: string; message: string; hint?: string }
type Treatment = 'silence' | 'hang up' | { lateMs: number } | Refusal

/** Starts on a port of loopback, a free one unless told otherwise. */
export async function doorkeeper(upstreamPort: number, port = 0): Promise<Doorkeeper> {
  const sockets = new Set<Socket>()
  const treatments: Treatment[] = []
  let came = 0
  const server: Server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => client.destroy())
    came += 1
    const treatment = treatments.shift()
    if (treatment === undefined) letThrough(client, upstreamPort, sockets)
    else if (treatment === 'hang up') client.destroy()
    else if (treatment === 'silence') return
    else if ('lateMs' in treatment) setTimeout(letThrough, treatment.lateMs, client, upstreamPort, sockets)
    else client.once('data', () => client.end(errorResponse(treatment)))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    came: () => came,
    next: (...more) => void treatments.push(...more),
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function letThrough(client: Socket, port: number, sockets: Set<Socket>): void {
  const upstream = connect(port, '127.0.0.1')
  sockets.add(upstream)
  upstream.on('error', () => client.destroy())
  client.on('close', () => upstream.destroy())
  upstream.on('close', () => client.destroy())
  client.pipe(upstream).pipe(client)
}

function errorResponse({ code, message, hint }: Refusal): Buffer {
  const fields = { S: 'FATAL', V: 'FATAL', C: code, M: message, ...(hint === undefined ? {} : { H: hint }) }
  const body = `${Object.entries(fields)
    .map(([name, value]) => `${name}${value}\0`)
    .join('')}\0`
  const frame = Buffer.alloc(5)
  frame.write('E')
  frame.writeInt32BE(Buffer.byteLength(body) + 4, 1)
  return Buffer.concat([frame, Buffer.from(body)])
}
