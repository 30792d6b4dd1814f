import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { copyExample, type Example } from '../support/example.ts'
import { deployShop } from '../support/shop.ts'

let example: Example
let emulator: TestEmulator

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  await deployShop(emulator)
  example = await copyExample('nestjs')
  await example.script('build')
}, 120_000)
afterAll(() => Promise.all([example?.remove(), emulator?.stop()]))
beforeEach(() => emulator.forget())

const start = (program = 'dist/nestjs/src/main.js') =>
  startApp(example.directory, [program], { ...emulator.env, HOST: '127.0.0.1', PORT: '0' })

function order({ url }: App, body: object): Promise<Response> {
  return fetch(`${url}/orders`, {
    method: 'POST',
    body: JSON.stringify(body),
    // Kept alive, the connection would hold the server open for seconds after its last answer.
    headers: { 'content-type': 'application/json', connection: 'close' },
  })
}

const patience = { timeout: 5_000 }
const beans = { email: 'ada@example.com', sku: 'BEAN-1', quantity: 2 }

describe('the NestJS example', () => {
  it('places an order and lists it', async () => {
    const app = await start()
    try {
      const placed = await order(app, beans)
      expect(placed.status).toBe(201)
      expect(await placed.json()).toMatchObject({ total: '37', items: [{ quantity: 2, product: { sku: 'BEAN-1' } }] })
      const listed = await fetch(`${app.url}/orders`)
      expect(await listed.json()).toMatchObject([{ total: '37', customer: { email: 'ada@example.com' } }])
      expect((await order(app, { ...beans, quantity: 0 })).status).toBe(400)
      expect(new Set(emulator.logins())).toEqual(new Set(['app']))
      expect(app.output()).not.toContain(emulator.secretAccessKey)
      expect(app.output()).not.toContain('X-Amz-Signature')
      await app.stop()
    } finally {
      app.kill()
    }
  })

  it('answers the request that runs when SIGTERM comes, and then ends', async () => {
    const app = await start()
    const { answer, ending } = await stopInTheMiddle(app, 'SIGTERM')
    expect(answer.status).toBe(201)
    expect(ending).toEqual({ code: null, signal: 'SIGTERM' })
    expect(await sessions()).toBe(0)
  })

  it('ends by itself once it is closed, for its pool has ended with the client', async () => {
    await writeFile(join(example.directory, 'embedded.mjs'), embedded)
    const app = await start('embedded.mjs')
    const { answer, ending } = await stopInTheMiddle(app, 'SIGUSR2')
    expect(answer.status).toBe(201)
    expect(ending).toEqual({ code: 0, signal: null })
  })
})

/** The same module without Nest's own signal handling, which would end the process whatever is still open. */
const embedded = `
import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { ShopModule } from './dist/nestjs/src/shop.module.js'
const app = await NestFactory.create(ShopModule)
await app.listen(0, '127.0.0.1')
process.once('SIGUSR2', () => app.close())
console.log(await app.getUrl())
`

/** Sends the signal while an order waits for a lock on its way through several queries, then lets it go on. */
async function stopInTheMiddle(app: App, signal: NodeJS.Signals) {
  const blocker = new pg.Client({ ...emulator.superuser, database: emulator.database })
  await blocker.connect()
  try {
    await blocker.query('BEGIN; LOCK TABLE "Product"')
    const answer = order(app, beans)
    answer.catch(() => undefined)
    await expect.poll(waiting, patience).toBe(1)
    const ending = app.stop(signal)
    ending.catch(() => undefined)
    await expect.poll(() => refuses(app), patience).toBe(true)
    await blocker.query('COMMIT')
    return { answer: await answer, ending: await ending }
  } finally {
    await blocker.end()
    app.kill()
  }
}

const count = async (condition: string) => {
  const { rows } = await emulator.asSuperuser(`SELECT count(*)::int FROM pg_stat_activity WHERE ${condition}`)
  return rows[0].count as number
}
const sessions = () => count(`usename = 'app'`)
const waiting = () => count(`usename = 'app' AND wait_event_type = 'Lock'`)

/** Whether the app takes no new connection any more. */
async function refuses({ url }: App): Promise<boolean> {
  // A connection that is kept alive would be served on.
  return fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(500) }).then(
    () => false,
    () => true,
  )
}
