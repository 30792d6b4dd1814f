import type { Socket } from 'node:net'
import type { Backend } from './backend.ts'
import { serve } from './connection.ts'
import { readerOf, type Service } from './endpoint.ts'
import type { EmulatorEvent } from './events.ts'
import { createClients } from './faults/clients.ts'
import { createCluster, type EndpointName } from './faults/failover.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { createLoginFaults } from './faults/logins.ts'
import { createPresented } from './faults/presented.ts'
import { type Listener, listen } from './listener.ts'
import type { Session } from './login/login.ts'
import type { ServiceDoors } from './service.ts'
import { createStatementLog, type ExecutedStatement, logged } from './statements/log.ts'
import type { Authority } from './tls/certificates.ts'
import { createCancels } from './wire/cancel.ts'
import { type RelayOptions, relay } from './wire/relay.ts'

/** The side of the emulator that clients see. */
export interface Front {
  port: number
  /** The reader endpoint, where the host is that of an Aurora cluster's writer. */
  reader?: { port: number; signHost: string }
  faults: Faults
  /** Ends listeners, connections and faults; a second call does nothing. */
  close(): void
}

/** What the front stands before. */
export interface FrontOptions {
  service: Service
  host: string
  port: number
  signHost: string
  authority: Authority
  backend: Backend
  doors: ServiceDoors
  clock: () => Date
  loginTimeoutMs: number
  onEvent: (event: EmulatorEvent) => void
  onStatement: ((statement: ExecutedStatement) => void) | undefined
}

/** Opens the ports, with the faults between them and the service's doors. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { service, host, signHost, authority, backend, doors, clock, loginTimeoutMs, onEvent, onStatement } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const readerHost = service === 'rds' ? readerOf(signHost) : undefined
  const presented = createPresented(authority, readerHost === undefined ? [signHost] : [signHost, readerHost])
  const clients = createClients()
  const cluster = createCluster(clock)
  const logins = createLoginFaults(service, clock, signal)
  const { upstream } = backend
  const { greeting, settings } = doors
  const shared = { upstream, cancels: createCancels(upstream), greeting, settings, loginTimeoutMs, onEvent }

  const welcome = (name: EndpointName, signedHost: string) => {
    const gate = doors.gateOf(signedHost)
    return async (raw: Socket) => {
      const client = clients.arrive(raw)
      const { hold } = client
      const { reads: onReader } = cluster.lookUp(name)
      const run = (session: Session) => {
        client.session = session
        const { maxClientMessage } = doors
        const filter = doors.filter(session, { onReader })
        return relayLogged(session, { maxClientMessage, filter, hold }, onStatement)
      }
      await hold.released()
      await serve(raw, { ...shared, gate: logins.guard(gate, hold), context: presented.context(), run })
    }
  }
  const listeners: Listener[] = []
  const close = () => {
    stopping.abort()
    clients.end()
  }
  try {
    const main = await listen({ host, port: options.port, signal }, welcome('writer', signHost))
    listeners.push(main)
    const faults = createFaults({ service, backend, listeners, clients, cluster, logins, presented, signal })
    if (readerHost === undefined) return { port: main.port, faults, close }
    const reader = await listen({ host, port: 0, signal }, welcome('reader', readerHost))
    listeners.push(reader)
    return { port: main.port, reader: { port: reader.port, signHost: readerHost }, faults, close }
  } catch (error) {
    close()
    throw error
  }
}

async function relayLogged(
  { client, server, user, processId = 0 }: Session,
  options: RelayOptions,
  onStatement: FrontOptions['onStatement'],
): Promise<void> {
  if (!onStatement) return relay(client.stream, server, options)
  const log = createStatementLog({ session: processId, user }, onStatement)
  try {
    await relay(client.stream, server, { ...options, filter: logged(log, options.filter) })
  } finally {
    log.end()
  }
}
