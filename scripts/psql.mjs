import { spawnSync } from 'node:child_process'

/** Debian's psql is the client that is not ours; where root may install packages, a missing one is installed. */
export function ensurePsql() {
  if (spawnSync('psql', ['--version']).status === 0) return
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('psql is missing: install a PostgreSQL client (Debian: apt-get install postgresql-client)')
  }
  const apt = (...args) =>
    spawnSync('apt-get', [...args, '-y', '-qq'], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  apt('update')
  if (apt('install', 'postgresql-client').status !== 0) throw new Error('psql could not be installed')
}
