import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { IamOptions } from '../../src/config/options.ts'
import { type ConflictRetried, events } from '../../src/events.ts'
import { type Telemetry, telemetry } from '../../src/otel/index.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let exporter: InMemoryMetricExporter
let reader: PeriodicExportingMetricReader
let running: Telemetry
const spans = new InMemorySpanExporter()
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer('test')

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  context.setGlobalContextManager(asyncContexts())
})
afterAll(async () => {
  context.disable()
  await emulator.stop()
})
beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  running = telemetry({ meterProvider: new MeterProvider({ readers: [reader] }) })
})
afterEach(async () => {
  running.stop()
  spans.reset()
  emulator.faults.clear()
  await reader.shutdown()
})

function asyncContexts(): ContextManager {
  const store = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => store.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...given) => store.run(active, () => work.call(self as never, ...given)),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}

async function withPrisma(work: (prisma: PrismaClient) => Promise<unknown>, options: IamOptions = {}): Promise<void> {
  const { accessKeyId, secretAccessKey } = emulator
  const credentials = { accessKeyId, secretAccessKey }
  const adapter = iamAdapter({ ...emulator.options, credentials, ...options }, { env: {} })
  const prisma = new PrismaClient({ adapter })
  await work(prisma).finally(() => prisma.$disconnect())
}

/** The data points of a metric so far. */
async function pointsOf(name: string) {
  await reader.forceFlush()
  const all =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
  return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
}

const select = (prisma: PrismaClient) => prisma.$queryRaw`SELECT 1`

describe('telemetry', () => {
  it('measures how long connections take, and counts those that are open and the tokens that were signed', async () => {
    await withPrisma(async (prisma) => {
      await select(prisma)
      const [created] = await pointsOf('db.client.connection.create_time')
      // In seconds.
      expect(created).toMatchObject({
        attributes: {
          'db.system.name': 'postgresql',
          'db.client.connection.pool.name': `app@${emulator.signHost}:5432`,
          'server.address': emulator.signHost,
          'server.port': 5432,
        },
        value: { count: 1, sum: expect.closeTo(0.5, 0) },
      })
      expect(await pointsOf('prisma_iam.connections.open')).toMatchObject([{ value: 1 }])
      expect(await pointsOf('prisma_iam.tokens.signed')).toMatchObject([{ value: 1 }])
    })
    expect(await pointsOf('prisma_iam.connections.open')).toMatchObject([{ value: 0 }])
    expect(await pointsOf('prisma_iam.connections.retired')).toMatchObject([
      { value: 1, attributes: { 'prisma_iam.reason': 'idle' } },
    ])
  })

  it('counts refused logins by error, and timeouts', async () => {
    emulator.faults.refuseTokens({ forMs: 60_000 })
    await withPrisma((prisma) => expect(select(prisma)).rejects.toThrow('PAM'))
    emulator.faults.freeze()
    await withPrisma((prisma) => expect(select(prisma)).rejects.toThrow('within'), {
      pool: { connectionTimeoutMillis: 200 },
    })
    expect(await pointsOf('prisma_iam.connections.refused')).toMatchObject([
      { value: 1, attributes: { 'error.type': '28000', 'prisma_iam.phase': 'login' } },
      { value: 1, attributes: { 'error.type': 'PRISMA_IAM_CONNECT_TIMEOUT', 'prisma_iam.phase': 'tls' } },
    ])
    expect(await pointsOf('db.client.connection.timeouts')).toMatchObject([{ value: 1 }])
  })

  it('counts conflicts by operation, and tells no text of them', async () => {
    const error = Object.assign(new Error('canary'), { code: 'P2034' })
    events.retried.publish({ operation: 'Order.update', try: 1, delayMs: 5, error } satisfies ConflictRetried)
    expect(await pointsOf('prisma_iam.conflicts.retries')).toMatchObject([
      { value: 1, attributes: { 'db.operation.name': 'Order.update' } },
    ])
    expect(JSON.stringify(exporter.getMetrics())).not.toContain('canary')
  })

  it('tells the active span what its query waited for, without a secret', async () => {
    await withPrisma(async (prisma) => {
      const span = tracer.startSpan('request')
      await context.with(trace.setSpan(context.active(), span), async () => await select(prisma))
      span.end()
    })
    const [request] = spans.getFinishedSpans()
    expect(request?.events.map(({ name }) => name)).toEqual(['prisma_iam.token.signed', 'prisma_iam.connection.opened'])
    const shown = JSON.stringify([request?.events, exporter.getMetrics()])
    expect(shown).not.toContain(emulator.secretAccessKey)
    expect(shown).not.toContain('X-Amz')
  })

  it('ends when it is stopped', async () => {
    running.stop()
    await withPrisma(select)
    expect(await pointsOf('prisma_iam.tokens.signed')).toEqual([])
  })
})
