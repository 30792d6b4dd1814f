import { X509Certificate } from 'node:crypto'
import type { UrlParts } from './connection-url.ts'
import type { Edges, IamOptions } from './options.ts'
import type { Problems } from './problems.ts'
import type { Resolved } from './resolved.ts'

const unverified = ['disable', 'allow', 'prefer', 'no-verify']

/** Said to those who look for a switch. */
export const verified = 'chain and host name are always verified; `tls.ca` or `tls.caFile` names another root'

interface TlsNeed {
  /** Whether TLS is not a choice: IAM logins and AWS hosts. */
  needed: boolean
  readFile: (path: string) => string
}

/** Verified TLS, or none at all for a password login to a server that is not AWS's. */
export function resolveTls(
  options: IamOptions,
  url: UrlParts,
  env: NonNullable<Edges['env']>,
  { needed, readFile }: TlsNeed,
  problems: Problems,
): Resolved['tls'] | undefined {
  const sslmode = url.sslmode ?? env.PGSSLMODE
  if (needed && sslmode !== undefined && unverified.includes(sslmode)) {
    return problems.add(
      `sslmode=${sslmode} would send the token without verified TLS: take it out (verify-full is what always happens)`,
    )
  }
  const ca = readRoots(options, url, env, readFile, problems)
  const wanted = needed || ca !== undefined || (sslmode !== undefined && !unverified.includes(sslmode))
  return wanted ? { ca } : 'off'
}

function readRoots(
  options: IamOptions,
  url: UrlParts,
  env: NonNullable<Edges['env']>,
  readFile: (path: string) => string,
  problems: Problems,
): readonly string[] | undefined {
  const given = options.tls?.ca
  if (given !== undefined) return certificates([given].flat().join('\n'), '`tls.ca`', problems)
  const file = options.tls?.caFile ?? url.caFile ?? env.PGSSLROOTCERT
  if (!file || file === 'system') return undefined
  try {
    return certificates(readFile(file), `the CA file ${file}`, problems)
  } catch (error) {
    return problems.add(
      `the CA file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
    )
  }
}

function certificates(pem: string, source: string, problems: Problems): readonly string[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
  if (blocks === null) return problems.add(`${source} holds no PEM certificate`)
  const broken = blocks.findIndex((block) => !isCertificate(block))
  if (broken >= 0) return problems.add(`certificate ${broken + 1} of ${source} cannot be read`)
  return blocks
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0
  } catch {
    return false
  }
}
