import { type Emulator, type Identity, startEmulator } from 'prisma-iam/emulator'

/** Who there is in the demo's AWS account: a deployer that may be admin, and the app's own role, which may not. */
export const deployer: Identity = {
  accessKeyId: 'AKIADEMODEPLOYER0001',
  secretAccessKey: 'demo/deployer/secret/key/that/opens/nothing',
  arn: 'arn:aws:iam::123456789012:role/deployer',
  allow: [{ action: 'rds-db:connect', user: 'postgres' }, { action: 'dsql:DbConnectAdmin' }],
}

/** See {@link deployer}. */
export const app: Identity = {
  accessKeyId: 'AKIADEMOAPPLICATION1',
  secretAccessKey: 'demo/app/secret/key/that/opens/nothing/too',
  arn: 'arn:aws:iam::123456789012:role/app',
  allow: [{ action: 'rds-db:connect', user: 'app' }, { action: 'dsql:DbConnect' }],
}

/** A clock that the story can move; the emulator and the token source look at the same one. */
export interface Clock {
  now(): number
  move(minutes: number): void
}

/** Starts at the real time. */
export function createClock(): Clock {
  let aheadMs = 0
  return {
    now: () => Date.now() + aheadMs,
    move: (minutes) => {
      aheadMs += minutes * 60_000
    },
  }
}

/** An emulator that knows both identities and looks at the clock. */
export function startCluster(service: 'rds' | 'dsql', clock: Clock): Promise<Emulator> {
  const database = service === 'rds' ? { database: 'shop' } : {}
  return startEmulator({ service, ...database, identities: [deployer, app], clock: () => new Date(clock.now()) })
}

/** What somebody who works with the cluster has in the environment. */
export function environmentOf(cluster: Emulator, who: Identity): Record<string, string> {
  return { DATABASE_URL: urlOf(cluster), PGSSLROOTCERT: cluster.caFile, ...keysOf(who) }
}

/** A URL without a secret: the real name of the cluster, and the address where it listens here. */
export function urlOf({ signHost, port, host, database }: Emulator): string {
  return `postgresql://app@${signHost}:${port}/${database}?hostaddr=${host}`
}

function keysOf({ accessKeyId, secretAccessKey }: Identity): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
}
