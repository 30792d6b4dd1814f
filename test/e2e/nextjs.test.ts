import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { copyExample, type Example } from '../support/example.ts'
import { deployShop } from '../support/shop.ts'

let example: Example
let emulator: TestEmulator

beforeAll(async () => {
  ;[example, emulator] = await Promise.all([copyExample('nextjs'), testEmulator({ service: 'rds', database: 'shop' })])
  await deployShop(emulator)
}, 180_000)
afterAll(() => Promise.all([example?.remove(), emulator?.stop()]))
beforeEach(() => emulator.forget())

const next = (command: string) =>
  startApp(
    example.directory,
    ['node_modules/next/dist/bin/next', command, '--hostname', '127.0.0.1', '--port', '0'],
    emulator.env,
  )

/** Sends the page's form as a browser without JavaScript does. */
async function order({ url }: App, fields: Record<string, string>): Promise<Response> {
  const page = await (await fetch(url)).text()
  const form = new FormData()
  for (const [, name] of page.matchAll(/<input type="hidden" name="([^"]+)"/g)) form.set(name ?? '', '')
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return fetch(url, { method: 'POST', body: form, headers: { origin: url } })
}

describe('the Next.js example', () => {
  it('builds without credentials, without DATABASE_URL and without a connection', async () => {
    expect(await example.script('build')).toContain('ƒ /')
    expect(emulator.logins()).toEqual([])
  }, 120_000)

  it('places an order through a server action and lists it, and ends on SIGTERM', async () => {
    const app = await next('start')
    try {
      const before = await fetch(app.url)
      expect(before.status).toBe(200)
      expect(await before.text()).toContain('<h1>Orders</h1>')
      const placed = await order(app, { email: 'ada@example.com', sku: 'BEAN-1', quantity: '2' })
      expect(placed.status).toBe(200)
      expect(await placed.text()).toContain('ada: 2 × House beans, 1 kg, 37.00')
      expect(await (await fetch(app.url)).text()).toContain('ada: 2 × House beans, 1 kg, 37.00')
      expect((await order(app, { email: 'ada@example.com', sku: 'BEAN-1', quantity: '0' })).status).toBe(500)
      expect(new Set(emulator.logins())).toEqual(new Set(['app']))
      expect(app.output()).not.toContain(emulator.secretAccessKey)
      expect(app.output()).not.toContain('X-Amz-Signature')
      expect(await app.stop('SIGTERM')).toEqual({ code: 143, signal: null })
    } finally {
      app.kill()
    }
  }, 30_000)

  it('keeps one client, and so one pool, through edits in development', async () => {
    const app = await next('dev')
    try {
      expect((await fetch(app.url)).status).toBe(200)
      for (const edition of [1, 2, 3]) {
        await edit('app/page.tsx', (text) => text.replace(/<h1>.*<\/h1>/, `<h1>Edition ${edition}</h1>`))
        await edit('lib/prisma.ts', (text) => text + counting(edition))
        await expect.poll(() => page(app), { timeout: 10_000 }).toContain(`Edition ${edition}`)
      }
      expect(app.output()).toContain('edition 3 knows 1 clients')
      await app.stop()
    } finally {
      app.kill()
    }
  }, 60_000)
})

/** An edit that tells how many clients the process has made so far. */
const counting = (edition: number) => `
const made${edition} = globalThis as { made?: Set<unknown> }
made${edition}.made = (made${edition}.made ?? new Set()).add(prisma)
console.log('edition ${edition} knows ' + made${edition}.made.size + ' clients')
`

async function page({ url }: App): Promise<string> {
  return (await fetch(url)).text()
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(example.directory, file)
  await writeFile(path, change(await readFile(path, 'utf8')))
}
