/** The names of an Aurora cluster. */
export type EndpointName = 'writer' | 'reader'

/** One of the two instances behind the names. */
export interface Instance {
  /** Whether it is the reader at this moment. */
  reads(): boolean
}

/** Which instance writes, and where the names lead. */
export interface Cluster {
  /** Where a new connection to this name ends up. */
  lookUp(name: EndpointName): Instance
  /** The instances change their roles at once, the names `dnsLagMs` later. */
  failover(options?: { dnsLagMs?: number }): void
}

/** A writer and a reader, whose names lead to them. */
export function createCluster(clock: () => Date): Cluster {
  const now = () => clock().getTime()
  let writer: 0 | 1 = 0
  let told: 0 | 1 = 0
  let tellAt = 0
  const instances = { 0: { reads: () => writer !== 0 }, 1: { reads: () => writer !== 1 } }
  const ask = () => {
    if (now() >= tellAt) told = writer
    return told
  }
  return {
    lookUp: (name) => instances[name === 'writer' ? ask() : other(ask())],
    failover({ dnsLagMs = 0 } = {}) {
      ask()
      writer = other(writer)
      tellAt = now() + dnsLagMs
    },
  }
}

function other(instance: 0 | 1): 0 | 1 {
  return instance === 0 ? 1 : 0
}
