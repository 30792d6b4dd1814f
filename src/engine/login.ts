import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Login } from '../connect/login.ts'
import type { DsqlOptions } from '../dsql/options.ts'
import { PrismaIamError } from '../errors.ts'
import type { LockTicket } from '../lock/lock.ts'
import { type EngineNews, onLine, readNews, writeNews } from './news.ts'

/** A login for the engine: plain data, since it crosses to another process, and what its server can do. */
export interface EngineLogin {
  login: Login & { password: string }
  capabilities: EngineCapabilities
  /** How files are translated where the server is DSQL. */
  dsql?: DsqlOptions
  /** A server for shadow databases, where the login's own has room for one database only. */
  shadow?: EngineLogin | undefined
  /** The deploy lock that the process at the other end holds; absent, an engine that changes something takes it itself. */
  lock?: LockTicket | undefined
}

/** What the engine must know of a server. */
export interface EngineCapabilities {
  transactionalDdl: boolean
  advisoryLocks: boolean
  severalDatabases: boolean
}

/** A socket at which engines ask for logins. */
export interface LoginSocket {
  /** The value for `PRISMA_IAM_ENGINE_SOCKET`. */
  path: string
  /** Ends every engine that holds a login from here, at its next statement boundary. */
  close(): void
}

/** The variable through which an engine learns where to ask; the path is no secret, the directory is closed to others. */
export const socketVariable = 'PRISMA_IAM_ENGINE_SOCKET'

/**
 * The variable that names, as a URL without a secret, whom the socket was opened for by `prisma-iam`; a socket without it
 * belongs to a process that loaded a config, and not to its children.
 */
export const audienceVariable = 'PRISMA_IAM_ENGINE_AUDIENCE'

const question = '{"ask":"login"}'

/**
 * Answers engines that ask for a login, for as long as this process lives; it does not keep the process alive.
 *
 * The socket is there when this returns. Nothing secret touches argv, environment or disk.
 *
 * @param hear told what engines have to say.
 */
export function serveLogins(
  answer: () => Promise<EngineLogin>,
  hear: (news: EngineNews) => void = () => undefined,
): LoginSocket {
  const { path, remove } = reservePath()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    socket.unref()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    onLine(socket, async (line) => {
      if (line === question) socket.write(`${await reply(answer)}\n`)
      else if (!readNews(line, hear)) socket.destroy()
    })
  })
  server.on('error', () => {})
  server.listen(path).unref()
  const close = () => {
    process.off('exit', remove)
    server.close()
    for (const socket of sockets) socket.destroy()
    remove()
  }
  process.once('exit', remove)
  return { path, close }
}

/** A login, and the line to the process that gave it. */
export interface Served extends EngineLogin {
  /** Resolves when that process is gone. */
  gone: Promise<void>
  /** Asks that process once more, for a password that is good now; absent where a URL is all there is. */
  renew?: (() => Promise<string>) | undefined
  tell(news: EngineNews): void
}

/**
 * Asks the process that loaded the config for a login.
 *
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_LOGIN` with that process's own words.
 */
export async function requestLogin(path: string): Promise<Served> {
  const socket = connect(path)
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => socket.destroy())
  const nextLine = linesOf(socket)
  const ask = async (): Promise<EngineLogin> => {
    socket.write(`${question}\n`)
    const line = await nextLine()
    if (line === undefined) throw unanswered()
    const reply = JSON.parse(line) as { login: EngineLogin } | { error: { message: string; hint?: string } }
    if ('login' in reply) return reply.login
    socket.destroy()
    throw new PrismaIamError('PRISMA_IAM_ENGINE_LOGIN', reply.error.message)
  }
  return {
    ...(await ask()),
    gone,
    renew: async () => (await ask()).login.password,
    tell: (news) => void socket.write(writeNews(news)),
  }
}

/** One line at a time; `undefined` when the socket closes before the line ends. */
function linesOf(socket: Socket): () => Promise<string | undefined> {
  let closed = false
  const waiting: ((line: string | undefined) => void)[] = []
  onLine(socket, (line) => waiting.shift()?.(line))
  socket.once('close', () => {
    closed = true
    for (const give of waiting.splice(0)) give(undefined)
  })
  return () => (closed ? Promise.resolve(undefined) : new Promise((resolve) => waiting.push(resolve)))
}

function reservePath(): { path: string; remove: () => void } {
  const name = 'prisma-iam-engine-'
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}${crypto.randomUUID()}`, remove: () => {} }
  const directory = mkdtempSync(join(tmpdir(), name))
  return { path: join(directory, 'login'), remove: () => rmSync(directory, { recursive: true, force: true }) }
}

async function reply(answer: () => Promise<EngineLogin>): Promise<string> {
  try {
    return JSON.stringify({ login: await answer() })
  } catch (error) {
    return JSON.stringify({ error: { message: error instanceof Error ? error.message : String(error) } })
  }
}

function unanswered(): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_ENGINE_LOGIN', 'The process that started Prisma did not answer for a login.', {
    hint: 'Prisma must be run by the process that loaded prisma.config.ts; run the command again.',
  })
}
