import { randomBytes } from 'node:crypto'

/** The AWS services whose login is emulated. */
export type Service = 'rds' | 'dsql'

/** The endpoint that the emulator pretends to be. */
export interface Endpoint {
  signHost: string
  region: string
}

/**
 * Settles on a believable endpoint; the region comes from the host name where that tells it.
 * @throws Error when a host was given that tells no region, and no region was.
 */
export function pretend(service: Service, signHost?: string, region?: string): Endpoint {
  if (signHost === undefined) {
    const where = region ?? 'eu-west-1'
    return {
      signHost: service === 'rds' ? `shop.cluster-c1q2w3e4r5t6.${where}.rds.amazonaws.com` : dsqlHost(where),
      region: where,
    }
  }
  const meant = serviceOf(signHost)
  if (meant !== undefined && meant !== service) {
    throw new Error(`The host name ${signHost} is one of ${meant}, not of ${service}.\nHint: give service ${meant}.`)
  }
  const told = region ?? regionOf(signHost)
  if (told === undefined) {
    throw new Error(`The host name ${signHost} does not tell its AWS region.\nHint: give a region as well.`)
  }
  return { signHost, region: told }
}

/** The name of the readers beside an Aurora cluster's writer; undefined where the host is not a cluster's. */
export function readerOf(signHost: string): string | undefined {
  const [, name, rest] = /^([^.]+)\.cluster-([a-z0-9]+\..+)$/.exec(signHost) ?? []
  return name === undefined ? undefined : `${name}.cluster-ro-${rest}`
}

function dsqlHost(region: string): string {
  return `${randomBytes(13).toString('hex')}.dsql.${region}.on.aws`
}

const hostForms = [
  /\.([a-z]{2}(?:-[a-z]+)+-\d+)\.rds\.amazonaws\.com(?:\.cn)?$/,
  /\.rds\.([a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com\.cn$/,
  /\.dsql[^.]*\.([a-z]{2}(?:-[a-z]+)+-\d+)\.on\.aws$/,
]

/** What a name of AWS's own tells; other names tell nothing. */
function serviceOf(host: string): Service | undefined {
  if (!hostForms.some((form) => form.test(host))) return undefined
  return /\.on\.aws$/.test(host) ? 'dsql' : 'rds'
}

function regionOf(host: string): string | undefined {
  return hostForms.flatMap((form) => form.exec(host)?.[1] ?? [])[0]
}
