import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { events, iamAdapter } from 'prisma-iam'
import { startEmulator } from 'prisma-iam/emulator'
import { PrismaClient } from '../generated/prisma/client.ts'

/** How fast the clock runs, and for how long the load does. */
export interface SoakPlan {
  name: string
  /** Emulated seconds a second: at 30 a token of 15 minutes lives 30 seconds. */
  speed: number
  seconds: number
}

/** What a soak saw. */
export interface SoakResult extends SoakPlan {
  queries: number
  failed: number
  /** The first words of what failed, if anything did. */
  words: string[]
  logins: number
  tokens: number
  /** In milliseconds, of queries within 200 ms of a signature, and of all others. */
  p99NearRenewal: number
  p99Elsewhere: number
}

/** Queries without pause on connections that are used up quickly, while tokens come and go. */
export async function soak(plan: SoakPlan): Promise<SoakResult> {
  const started = Date.now()
  const clock = () => started + (Date.now() - started) * plan.speed
  let logins = 0
  const emulator = await startEmulator({
    service: 'rds',
    database: 'shop',
    clock: () => new Date(clock()),
    onEvent: ({ type }) => {
      if (type === 'login') logins += 1
    },
  })
  const renewals: number[] = []
  const note = () => renewals.push(performance.now())
  events.tokenSigned.subscribe(note)
  try {
    await prepare(emulator)
    const { host, port, signHost, database, ca, accessKeyId, secretAccessKey } = emulator
    const connection = {
      host,
      port,
      signHost,
      user: 'app',
      database,
      tls: { ca },
      credentials: { accessKeyId, secretAccessKey },
    }
    const adapter = iamAdapter({ ...connection, pool: { max: 4, maxUses: 5 } }, { env: {}, clock })
    const prisma = new PrismaClient({ adapter })
    const seen = await load(prisma, plan.seconds)
    await prisma.$disconnect()
    const near = (at: number) => renewals.some((renewal) => Math.abs(renewal - at) <= 200)
    const { queries, words } = seen
    return {
      ...plan,
      queries: queries.length + words.length,
      failed: words.length,
      words: [...new Set(words)].slice(0, 5),
      logins,
      tokens: renewals.length,
      p99NearRenewal: p99(queries.filter(({ at }) => near(at))),
      p99Elsewhere: p99(queries.filter(({ at }) => !near(at))),
    }
  } finally {
    events.tokenSigned.unsubscribe(note)
    await emulator.stop()
  }
}

/** Runs the plans one after the other, writes what they saw, and fails when a query did. */
export async function prove(plans: readonly SoakPlan[]): Promise<boolean> {
  const results: SoakResult[] = []
  for (const plan of plans) {
    const result = await soak(plan)
    results.push(result)
    console.log(JSON.stringify(result))
  }
  const folder = join(import.meta.dirname, '../bench/results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'soak.json'), `${JSON.stringify(results, null, 2)}\n`)
  return results.every(({ failed }) => failed === 0)
}

async function prepare({ superuser }: Awaited<ReturnType<typeof startEmulator>>): Promise<void> {
  const client = new pg.Client({ ...superuser, database: 'shop' })
  await client.connect()
  await client.query('CREATE ROLE app LOGIN; GRANT rds_iam TO app')
  await client.end()
}

async function load(prisma: PrismaClient, seconds: number) {
  const queries: { at: number; ms: number }[] = []
  const words: string[] = []
  const end = performance.now() + seconds * 1000
  const worker = async () => {
    while (performance.now() < end) {
      const at = performance.now()
      try {
        await prisma.$queryRaw`SELECT 1`
        queries.push({ at, ms: performance.now() - at })
      } catch (error) {
        words.push((error as Error).message)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  return { queries, words }
}

function p99(queries: readonly { ms: number }[]): number {
  const sorted = queries.map(({ ms }) => ms).sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * 0.99)] ?? 0) * 100) / 100
}
