import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Login } from '../../src/connect/login.ts'
import { enter } from '../../src/engine/enter.ts'
import type { EngineNews } from '../../src/engine/news.ts'
import { type Doorkeeper, doorkeeper } from '../support/doorkeeper.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let door: Doorkeeper
let told: EngineNews[]
let renewed: number
const tell = (news: EngineNews) => void told.push(news)
const renew = async () => {
  renewed += 1
  return 'loopback'
}

beforeAll(async () => {
  postgres = await testPostgres()
})
afterAll(() => postgres.stop())
beforeEach(async () => {
  told = []
  renewed = 0
  door = await doorkeeper(postgres.port)
  return () => door.close()
})

function login(): Login {
  const place = { host: '127.0.0.1', port: door.port }
  return {
    dial: place,
    verify: place,
    user: postgres.superuser,
    database: 'postgres',
    password: 'too old by now',
    tls: 'off',
  }
}

const waking = { code: '08006', message: 'unable to accept connection, waking up cluster, please retry later' }
const denied = { code: '28000', message: 'PAM authentication failed for user "admin"' }

test('a server that wakes up is asked again, with a password of that time, which is told once', async () => {
  door.next(waking, waking, waking)
  const client = await enter(login(), { renew, tell })
  await client.end()
  expect([door.came(), renewed]).toEqual([4, 1])
  expect(told).toMatchObject([{ kind: 'retrying', reason: 'waking', host: '127.0.0.1', port: door.port }])
})

test('a denial is not asked again', async () => {
  door.next(denied, denied)
  await expect(enter(login(), { renew, tell })).rejects.toMatchObject(denied)
  expect([door.came(), renewed, told]).toEqual([1, 0, []])
})

test('where nobody can be told, the first answer is the last', async () => {
  door.next(waking)
  await expect(enter(login(), {})).rejects.toMatchObject(waking)
  expect(door.came()).toBe(1)
})

test('nobody waits for a login that nobody wants any more', async () => {
  door.next(...Array.from({ length: 100 }, () => waking))
  let leave = 0
  let go = () => {}
  const left = new Promise<void>((resolve) => {
    go = resolve
  })
  const entering = enter(login(), {
    renew,
    left,
    tell: () => go(),
    leave: async () => {
      leave += 1
    },
  })
  await expect(entering).rejects.toThrow('Nobody waits')
  expect([door.came(), leave]).toEqual([1, 1])
})
