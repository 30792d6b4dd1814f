import type { Edges } from '../config/options.ts'
import { resolve } from '../config/resolve.ts'
import type { Resolved } from '../config/resolved.ts'
import { adminOptions, type IamConfig } from './iam-config.ts'

/** What Prisma is shown where nothing says how to connect; `generate` and its like want a URL and never use it. */
export const unconfiguredUrl = 'postgresql://nobody@connection-not-configured.invalid:5432/none'

/** The URL to show for commands that may never connect: what is missing is said when a login is asked for. */
export function adminUrl(config: IamConfig, edges: Edges = {}): string {
  try {
    // No secret is read for a URL to show, which then names nobody.
    const options = adminOptions(config)
    return displayUrl(config, resolve(namesUser(config) ? options : { ...options, user: 'unread' }, edges))
  } catch {
    return unconfiguredUrl
  }
}

/** The URL that Prisma is shown; a login is never made from it. It names no user where only a secret knows that. */
export function displayUrl(config: IamConfig, { user, verify, database, schema }: Resolved): string {
  const host = verify.host.includes(':') ? `[${verify.host}]` : verify.host
  const place = `${host}:${verify.port}/${encodeURIComponent(database)}`
  const path = namesUser(config) ? `${encodeURIComponent(user)}@${place}` : place
  return `postgresql://${path}${schema === undefined ? '' : `?schema=${encodeURIComponent(schema)}`}`
}

function namesUser({ admin }: IamConfig): boolean {
  return admin?.secretArn === undefined || admin.user !== undefined
}
