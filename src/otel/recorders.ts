import type { Meter } from '@opentelemetry/api'
import type {
  ConflictRetried,
  ConnectionOpened,
  ConnectionPaced,
  ConnectionRefused,
  ConnectionRetired,
  ConnectionRetried,
  events,
  TokenRenewalFailed,
  TokenSigned,
} from '../events.ts'
import { attributesOf, errorType } from './attributes.ts'

/** What is done at an event. */
export interface Recorder {
  event: keyof typeof events
  record(message: unknown): void
}

/** Names an event and what its messages are. */
export function on<Message>(event: Recorder['event'], record: (message: Message) => void): Recorder {
  return { event, record: (message) => record(message as Message) }
}

/**
 * The metrics: those that the semantic conventions name, and under `prisma_iam.` those that they do not know. Their
 * `db.client.connection.count` is left out, because it must say how many are idle, which no event tells.
 */
export function recorders(meter: Meter): readonly Recorder[] {
  const createTime = meter.createHistogram('db.client.connection.create_time', {
    unit: 's',
    description: 'The time it took to create a new connection, login included',
  })
  const timeouts = meter.createCounter('db.client.connection.timeouts', {
    unit: '{timeout}',
    description: 'Connections that were not made within the connect timeout',
  })
  const open = meter.createUpDownCounter('prisma_iam.connections.open', { unit: '{connection}' })
  const refused = meter.createCounter('prisma_iam.connections.refused', { unit: '{connection}' })
  const retired = meter.createCounter('prisma_iam.connections.retired', { unit: '{connection}' })
  const retries = meter.createCounter('prisma_iam.connections.retries', { unit: '{try}' })
  const paced = meter.createHistogram('prisma_iam.connections.paced_time', { unit: 's' })
  const signed = meter.createCounter('prisma_iam.tokens.signed', { unit: '{token}' })
  const renewalsFailed = meter.createCounter('prisma_iam.tokens.renewals_failed', { unit: '{renewal}' })
  const conflicts = meter.createCounter('prisma_iam.conflicts.retries', { unit: '{try}' })
  return [
    on<ConnectionOpened>('connectionOpened', (event) => {
      createTime.record(event.tookMs / 1000, attributesOf(event))
      open.add(1, attributesOf(event))
    }),
    on<ConnectionRefused>('connectionRefused', (event) => {
      const { phase, error } = event
      refused.add(1, { ...attributesOf(event), ...errorType(error), 'prisma_iam.phase': phase })
      if (errorType(error)['error.type'] === 'PRISMA_IAM_CONNECT_TIMEOUT') timeouts.add(1, attributesOf(event))
    }),
    on<ConnectionRetired>('connectionRetired', (event) => {
      const code = event.code === undefined ? {} : { 'error.type': event.code }
      retired.add(1, { ...attributesOf(event), ...code, 'prisma_iam.reason': event.reason })
      open.add(-1, attributesOf(event))
    }),
    on<ConnectionRetried>('connectionRetried', (event) => {
      retries.add(1, { ...attributesOf(event), 'prisma_iam.reason': event.reason })
    }),
    on<ConnectionPaced>('connectionPaced', (event) => paced.record(event.waitMs / 1000, attributesOf(event))),
    on<TokenSigned>('tokenSigned', (event) => {
      signed.add(1, { 'server.address': event.host, 'prisma_iam.service': event.service })
    }),
    on<TokenRenewalFailed>('tokenRenewalFailed', (event) => {
      const attributes = { 'server.address': event.host, 'prisma_iam.service': event.service }
      renewalsFailed.add(1, { ...attributes, ...errorType(event.error) })
    }),
    on<ConflictRetried>('retried', (event) => conflicts.add(1, { 'db.operation.name': event.operation })),
  ]
}
