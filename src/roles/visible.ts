import type { Catalog, CatalogRole } from './catalog.ts'

/** PostgreSQL's own roles and the service's: nobody declares them, and nobody can mend them. */
export function isSystemRole({ name, builtIn }: Pick<CatalogRole, 'name' | 'builtIn'>): boolean {
  return builtIn || name.startsWith('pg_') || isAwsRole(name)
}

/** Is this name one that AWS uses on RDS and Aurora? */
function isAwsRole(name: string): boolean {
  return /^rds($|_|admin|proxyadmin|repladmin|topmgr|writeforwarduser)/.test(name)
}

/** Is this who looks? The admin makes the roles and is none of those that an application needs. */
export function isAdmin({ session }: Pick<Catalog, 'session'>, name: string): boolean {
  return name === session.login || name === session.creator
}
