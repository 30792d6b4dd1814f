import type { Channel } from 'node:diagnostics_channel'
import { type MeterProvider, metrics, trace } from '@opentelemetry/api'
import { events } from '../events.ts'
import { type Recorder, recorders } from './recorders.ts'
import { spanEvents } from './span-events.ts'

/** Where to send it; everything is optional. */
export interface TelemetryOptions {
  /** Default the global one, as it is when this is called. */
  meterProvider?: MeterProvider
}

/** A running translation of events. */
export interface Telemetry {
  stop(): void
}

/**
 * Turns the events of all pools of this process into OpenTelemetry metrics, and into events of the span that is active
 * where they happen. No value of a query, no token and no text of an error is among them.
 *
 * @example
 * ```ts
 * import { telemetry } from 'prisma-iam/otel'
 * telemetry() // once, after the SDK has started
 * ```
 */
export function telemetry({ meterProvider = metrics.getMeterProvider() }: TelemetryOptions = {}): Telemetry {
  const subscriptions = [
    ...subscribe(recorders(meterProvider.getMeter('prisma-iam'))),
    ...subscribe(spanEvents(() => trace.getActiveSpan())),
  ]
  return {
    stop() {
      for (const [channel, listener] of subscriptions) channel.unsubscribe(listener)
    },
  }
}

type Listener = (message: unknown) => void

function subscribe(all: readonly Recorder[]): [Channel, Listener][] {
  return all.map(({ event, record }) => {
    const listener: Listener = (message) => record(message)
    events[event].subscribe(listener)
    return [events[event], listener]
  })
}
