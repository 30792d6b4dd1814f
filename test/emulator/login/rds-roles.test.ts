import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../../src/emulator/index.ts'
import { connectAs, rdsToken, refusalOf } from '../clients.ts'

let directory: string
let emulator: Emulator | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'admin-'))
})
afterEach(async () => {
  await emulator?.stop()
  await rm(directory, { recursive: true })
})

test('a master with a password grants rds_iam without losing its own login', async () => {
  emulator = await startEmulator({ service: 'rds', adminAuth: 'password', admin: 'boss', directory })
  const password = emulator.adminPassword ?? ''
  const boss = await connectAs(emulator, { password })
  await boss.query('CREATE ROLE app LOGIN; GRANT rds_iam TO app')
  await boss.end()
  await (await connectAs(emulator, { password })).end()
  await (await connectAs(emulator, { user: 'app', password: await rdsToken(emulator, { user: 'app' }) })).end()
  const refusal = await refusalOf(connectAs(emulator, { password: await rdsToken(emulator) }))
  expect(refusal).toEqual({ code: '28P01', message: 'password authentication failed for user "boss"' })
})

test('a kept directory remembers roles, and the master can change its way of logging in', async () => {
  emulator = await startEmulator({ service: 'rds', database: 'shop', directory })
  expect(emulator.adminPassword).toBeUndefined()
  expect(emulator.caFile).toBe(join(directory, 'ca.pem'))
  const master = await connectAs(emulator, { password: await rdsToken(emulator) })
  await master.query('CREATE ROLE app LOGIN; GRANT rds_iam TO app; CREATE TABLE kept ()')
  await master.end()
  await emulator.stop()

  emulator = await startEmulator({ service: 'rds', database: 'shop', directory, adminAuth: 'password' })
  const again = await connectAs(emulator, { password: emulator.adminPassword ?? '' })
  expect((await again.query(`SELECT to_regclass('kept')::text AS kept`)).rows).toEqual([{ kept: 'kept' }])
  await again.end()
  await (await connectAs(emulator, { user: 'app', password: await rdsToken(emulator, { user: 'app' }) })).end()
})

test('the master cannot become, alter or name itself a superuser', async () => {
  emulator = await startEmulator({ service: 'rds' })
  const master = await connectAs(emulator, { password: await rdsToken(emulator) })
  for (const sql of ['ALTER ROLE postgres SUPERUSER', 'SET ROLE rdsadmin', `ALTER SYSTEM SET work_mem = '1MB'`]) {
    await expect(master.query(sql)).rejects.toMatchObject({ code: '42501' })
  }
  await master.end()
  await expect(startEmulator({ service: 'rds', admin: 'rdsadmin' })).rejects.toThrow('must not be the superuser')
})

test('a host of its own tells the region, or the region has to be told', async () => {
  const signHost = 'my.cluster-abc.rds.cn-north-1.amazonaws.com.cn'
  emulator = await startEmulator({ service: 'rds', signHost, signPort: 6543 })
  expect(emulator).toMatchObject({ region: 'cn-north-1', signHost, signPort: 6543 })
  await (await connectAs(emulator, { password: await rdsToken(emulator) })).end()
  await expect(startEmulator({ service: 'rds', signHost: 'db.internal' })).rejects.toThrow(
    'does not tell its AWS region',
  )
})
