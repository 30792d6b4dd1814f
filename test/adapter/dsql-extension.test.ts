import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { PrismaClient } from '../../examples/dsql/generated/prisma/client.ts'
import { dsql } from '../../src/adapter/dsql-extension.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { IamOptions } from '../../src/config/options.ts'
import type { OccRetryOptions } from '../../src/connect/occ-options.ts'
import { withOccRetry } from '../../src/connect/occ-retry.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

const folder = 'examples/dsql/prisma/migrations'
const id = '00000000-0000-4000-8000-000000000001'
let emulator: TestEmulator
let login: IamOptions
let retries = 0
const options: OccRetryOptions = { tries: 100, baseMs: 1, onRetry: () => (retries += 1) }

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql' })
  login = { ...emulator.options, user: 'admin' }
  const pool = iamPool(login, { env: {} })
  for (const name of readdirSync(folder).filter((entry) => !entry.includes('.'))) {
    await pool.query(readFileSync(`${folder}/${name}/migration.sql`, 'utf8'))
  }
  await pool.query(`INSERT INTO "Greeting" (id, text) VALUES ($1, '0')`, [id])
  await pool.end()
})
afterAll(() => emulator.stop())
beforeEach(() => {
  retries = 0
})

/** Eight writers, three turns each. */
const contend = (turn: () => Promise<unknown>) =>
  Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 3; count += 1) await turn()
    }),
  )

it('dsql() heals what DSQL calls a conflict, transaction by transaction', async () => {
  const plain = new PrismaClient({ adapter: iamAdapter(login, { env: {} }) })
  const prisma = plain.$extends(dsql(options))
  await contend(() =>
    prisma.$transaction(async (tx) => {
      const { text } = await tx.greeting.findUniqueOrThrow({ where: { id } })
      await tx.greeting.update({ where: { id }, data: { text: String(Number(text) + 1) } })
    }),
  )
  const { text } = await prisma.greeting.findUniqueOrThrow({ where: { id } })
  await plain.$disconnect()
  expect(text).toBe('24')
  expect(retries).toBeGreaterThan(0)
})

it('withOccRetry does the same for a plain pool', async () => {
  const pool = iamPool(login, { env: {} })
  await pool.query(`UPDATE "Greeting" SET text = '0' WHERE id = $1`, [id])
  await contend(() =>
    withOccRetry(
      pool,
      async (client) => {
        const { rows } = await client.query<{ text: string }>('SELECT text FROM "Greeting" WHERE id = $1', [id])
        await client.query('UPDATE "Greeting" SET text = $2 WHERE id = $1', [id, String(Number(rows[0]?.text) + 1)])
      },
      options,
    ),
  )
  const { rows } = await pool.query('SELECT text FROM "Greeting" WHERE id = $1', [id])
  await pool.end()
  expect(rows).toEqual([{ text: '24' }])
  expect(retries).toBeGreaterThan(0)
})
