import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

test('a panic of the engine is told as one, with its text', async () => {
  const { outcome } = await callEngine(server, 'postgres', 'debugPanic', undefined)
  expect(outcome).toMatchObject({
    failure: { is_panic: true, message: expect.stringContaining('debugPanic artificial panic') },
  })
})
