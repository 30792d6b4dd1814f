import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { rdsToken, refusalOf } from '../clients.ts'
import { type Started, started } from './started.ts'

const readOnly = { code: '25006', message: 'cannot execute INSERT in a read-only transaction' }
const insert = 'INSERT INTO t VALUES (1)'

let rds: Started
beforeAll(async () => {
  rds = await started({ service: 'rds' })
})
beforeEach(async () => {
  await (await rds.connect()).query('TRUNCATE t')
})
afterAll(() => rds.stop())

test('the reader endpoint has a name and a port of its own, and takes no writes', async () => {
  const { reader, signHost, port } = rds.emulator
  expect(reader?.signHost).toBe(signHost.replace('.cluster-', '.cluster-ro-'))
  expect(reader?.port).not.toBe(port)
  const client = await rds.connect({ at: 'reader' })
  expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }])
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
  await client.query('RESET ALL')
  await expect(client.query('INSERT INTO t VALUES ($1)', [1])).rejects.toMatchObject(readOnly)
})

test("a token for the writer's name does not open the reader's", async () => {
  const password = await rdsToken(rds.emulator)
  expect(await refusalOf(rds.connect({ at: 'reader', config: { password } }))).toMatchObject({ code: '28000' })
})

test('after a failover old sessions are read-only, and new ones to the same port write', async () => {
  const old = await rds.connect()
  await old.query(insert)
  rds.emulator.faults.failover()
  await expect(old.query(insert)).rejects.toMatchObject(readOnly)
  await expect(old.query('INSERT INTO t VALUES ($1)', [1])).rejects.toMatchObject(readOnly)
  const fresh = await rds.connect()
  await fresh.query(insert)
  expect((await old.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 2 }])
})

test('a session of the former reader writes once that is the writer', async () => {
  const client = await rds.connect({ at: 'reader' })
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
  rds.emulator.faults.failover()
  await client.query(insert)
  rds.emulator.faults.failover()
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
})

test('until the name follows, new sessions land on the former writer, which takes no writes', async () => {
  rds.emulator.faults.failover({ dnsLagMs: 20_000 })
  await expect((await rds.connect()).query(insert)).rejects.toMatchObject(readOnly)
  await (await rds.connect({ at: 'reader' })).query(insert)
  rds.pass(20_000)
  await (await rds.connect()).query(insert)
  await expect((await rds.connect({ at: 'reader' })).query(insert)).rejects.toMatchObject(readOnly)
})

test('a transaction that is open at the failover can write no more', async () => {
  const client = await rds.connect()
  await client.query('BEGIN')
  await client.query(insert)
  rds.emulator.faults.failover()
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
  await client.query('ROLLBACK')
  await client.query('BEGIN')
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
  await client.query('ROLLBACK')
  expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }])
})

test("a client's own read-only setting on the writer stays as it is", async () => {
  const client = await rds.connect()
  await client.query('SET default_transaction_read_only = on')
  await expect(client.query(insert)).rejects.toMatchObject(readOnly)
  await client.query('SET default_transaction_read_only = off')
  await client.query(insert)
})
