import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { iamPool } from '../../src/connect/pool.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql' })
})
afterAll(() => emulator.stop())

async function ask(user: string, sql: string, host = emulator.host) {
  const pool = iamPool({ ...emulator.options, host, user }, { env: {} })
  try {
    return (await pool.query(sql)).rows
  } finally {
    await pool.end()
  }
}

describe('iamPool on DSQL', () => {
  it('enters as admin with the admin action, and as another role with the plain one', async () => {
    expect(await ask('admin', 'SELECT current_user')).toEqual([{ current_user: 'admin' }])
    await ask('admin', 'CREATE ROLE app WITH LOGIN')
    await ask('admin', `AWS IAM GRANT app TO '${emulator.arn}'`)
    expect(await ask('app', 'SELECT current_user')).toEqual([{ current_user: 'app' }])
    expect(emulator.logins()).toEqual(['admin', 'admin', 'admin', 'app'])
  })

  it('sends the cluster’s name as SNI through a tunnel that is dialled by name', async () => {
    expect(await ask('admin', 'SELECT 1 AS one', 'localhost')).toEqual([{ one: 1 }])
  })

  it('is told the server’s words and hint when a role is not mapped', async () => {
    await ask('admin', 'CREATE ROLE stranger WITH LOGIN')
    await expect(ask('stranger', 'SELECT 1')).rejects.toMatchObject({
      code: 'PRISMA_IAM_CONNECT_REFUSED',
      message: expect.stringMatching(/unable to accept connection, access denied\. User: .* is not authorized/),
      hint: expect.stringContaining('AWS IAM GRANT "stranger" TO'),
    })
  })
})
