import type { Attributes, Span } from '@opentelemetry/api'
import type {
  ConflictRetried,
  ConnectionOpened,
  ConnectionPaced,
  ConnectionRefused,
  ConnectionRetried,
  TokenSigned,
} from '../events.ts'
import { attributesOf, errorType } from './attributes.ts'
import { on, type Recorder } from './recorders.ts'

/** What a query had to wait for, as events of the span that it runs in. */
export function spanEvents(active: () => Span | undefined): readonly Recorder[] {
  const add = (name: string, attributes: Attributes) => active()?.addEvent(`prisma_iam.${name}`, attributes)
  return [
    on<ConnectionOpened>('connectionOpened', (event) =>
      add('connection.opened', { ...attributesOf(event), 'prisma_iam.took_s': event.tookMs / 1000 }),
    ),
    on<ConnectionRefused>('connectionRefused', (event) =>
      add('connection.refused', {
        ...attributesOf(event),
        ...errorType(event.error),
        'prisma_iam.phase': event.phase,
      }),
    ),
    on<ConnectionPaced>('connectionPaced', (event) =>
      add('connection.paced', { ...attributesOf(event), 'prisma_iam.wait_s': event.waitMs / 1000 }),
    ),
    on<ConnectionRetried>('connectionRetried', (event) =>
      add('connection.retried', {
        ...attributesOf(event),
        ...errorType(event.error),
        ...retryOf(event),
        'prisma_iam.reason': event.reason,
      }),
    ),
    on<TokenSigned>('tokenSigned', ({ host, service }) =>
      add('token.signed', { 'server.address': host, 'prisma_iam.service': service }),
    ),
    on<ConflictRetried>('retried', (event) =>
      add('conflict.retried', {
        'db.operation.name': event.operation,
        ...errorType(event.error),
        ...retryOf(event),
      }),
    ),
  ]
}

function retryOf(event: { try: number; delayMs: number }): Attributes {
  return { 'prisma_iam.try': event.try, 'prisma_iam.wait_s': event.delayMs / 1000 }
}
