import { isPort, type UrlParts } from './connection-url.ts'
import {
  type Address,
  declaredEndpoint,
  type Endpoint,
  isVpcEndpointName,
  plainEndpoint,
  recogniseHost,
} from './endpoint.ts'
import type { Edges, IamOptions } from './options.ts'
import type { Problems } from './problems.ts'

interface Target {
  endpoint: Endpoint
  dial: Address
  verify: Address
}

/** Where to dial, and which endpoint that stands for. */
export function resolveTarget(
  options: IamOptions,
  url: UrlParts,
  env: NonNullable<Edges['env']>,
  problems: Problems,
): Target | undefined {
  const places = { '`host`': options.host, '`signHost`': options.signHost, PGHOST: env.PGHOST }
  const dressed = Object.entries(places).filter(([, value]) => isDressed(value))
  for (const [place] of dressed) problems.add(`${place} must be a bare name, without scheme, port and path`)
  if (dressed.length > 0) return undefined
  const { host, name } = readHosts(options, url, env)
  const port = readPort(options, url, env, problems)
  const signPort = options.signPort ?? (host !== undefined && sameName(host) === name ? port : 5432)
  if (!isPort(Number(signPort))) problems.add('`signPort` must be a whole number from 1 to 65535')
  if (options.service !== undefined && options.service !== 'rds' && options.service !== 'dsql')
    problems.add("`service` must be 'rds' or 'dsql'")
  if (host === undefined || name === undefined) {
    return problems.add('no host: pass `host` or `url`, or set DATABASE_URL or PGHOST')
  }
  if (isVpcEndpointName(name)) {
    return problems.add(
      `${name} cannot be verified: dial it as \`host\` and pass the cluster's own name as \`signHost\``,
    )
  }
  const endpoint = readEndpoint(name, options, env, problems)
  return endpoint && { endpoint, dial: { host, port }, verify: { host: name, port: Number(signPort) } }
}

/** Where to dial, and the name that is meant: `signHost`, else libpq's `hostaddr`, else one and the same. */
function readHosts(
  options: IamOptions,
  url: UrlParts,
  env: NonNullable<Edges['env']>,
): { host?: string; name?: string } {
  const given = options.host ?? url.host ?? env.PGHOST
  const address = options.host === undefined ? (url.hostaddr ?? (env.PGHOSTADDR || undefined)) : undefined
  const host = address ?? given ?? options.signHost
  const named = options.signHost ?? given
  const name = named === undefined ? undefined : sameName(named)
  return { ...(host === undefined ? {} : { host }), ...(name === undefined ? {} : { name }) }
}

/** A URL, or a name with a port or a path; not an IPv6 address, nor the folder of a Unix socket. */
function isDressed(host: string | undefined): boolean {
  return host !== undefined && (/[@\s]|.\//.test(host) || /^[^:]*:\d*$/.test(host)) && !host.startsWith('/')
}

/** DNS names mean the same in any case and with a dot at the end; a signature does not. */
function sameName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function readPort(options: IamOptions, url: UrlParts, env: NonNullable<Edges['env']>, problems: Problems): number {
  if (options.port !== undefined) {
    if (!isPort(options.port)) problems.add('`port` must be a whole number from 1 to 65535')
    return options.port
  }
  if (url.port !== undefined) return url.port
  if (!env.PGPORT) return 5432
  if (!isPort(Number(env.PGPORT))) problems.add(`PGPORT is not a number from 1 to 65535: ${env.PGPORT}`)
  return Number(env.PGPORT)
}

function readEndpoint(
  name: string,
  options: IamOptions,
  env: NonNullable<Edges['env']>,
  problems: Problems,
): Endpoint | undefined {
  if (options.region !== undefined && !/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(options.region)) {
    return problems.add(`unknown region \`${options.region}\`: AWS regions look like eu-west-1`)
  }
  const known = recogniseHost(name)
  if (known) {
    if (options.service !== undefined && options.service !== known.service)
      problems.add(`${name} is a host of ${known.service}, but \`service\` says ${options.service}`)
    if (options.region !== undefined && known.region !== undefined && options.region !== known.region) {
      problems.add(`${name} is in ${known.region}, but \`region\` says ${options.region}`)
    }
    return { ...known, region: known.region ?? fallbackRegion(options, env) }
  }
  if (options.service === undefined) return plainEndpoint()
  return declaredEndpoint(options.service, fallbackRegion(options, env))
}

function fallbackRegion(options: IamOptions, env: NonNullable<Edges['env']>): string | undefined {
  return options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined)
}
