import { Socket } from 'node:net'

/** One cold start in a process of its own: what import, construction and the first query take, in milliseconds. */
const { side, config } = JSON.parse(process.argv[2] ?? '{}')
const marks = [performance.now()]
const mark = () => marks.push(performance.now())
const query = { sql: 'SELECT 1', args: [], argTypes: [] }

const connect = side === 'ours' ? await ours() : await theirs()
const adapter = await connect()
await adapter.queryRaw(query)
mark()
await adapter.dispose()
const [start, imported, constructed, queried] = marks
process.stdout.write(
  JSON.stringify({ import: imported - start, construct: constructed - imported, firstQuery: queried - constructed }),
)

async function ours() {
  const { iamAdapter } = await import('prisma-iam')
  mark()
  const factory = iamAdapter(config, { env: {} })
  mark()
  return () => factory.connect()
}

async function theirs() {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  mark()
  const { dial, ...settings } = config
  const stream = () => {
    const socket = new Socket()
    const connectTo = socket.connect.bind(socket)
    socket.connect = () => connectTo(dial)
    return socket
  }
  const factory = new PrismaPg({ ...settings, stream })
  mark()
  return () => factory.connect()
}
