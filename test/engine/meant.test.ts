import { expect, test } from 'vitest'
import type { Login } from '../../src/connect/login.ts'
import { assertMeant } from '../../src/engine/meant.ts'

const login: Login = {
  dial: { host: '127.0.0.1', port: 6000 },
  verify: { host: 'db.example', port: 5432 },
  user: 'postgres',
  database: 'my shop',
  password: 'canary',
  tls: {},
}
const check = (url: string | undefined, anyUser = false) => assertMeant(login, url, { anyUser })

test.each([
  'postgresql://postgres@db.example/my%20shop',
  'postgresql://postgres@db.example:5432/my%20shop?schema=app',
  'postgresql://postgres:x@127.0.0.1:6000/my%20shop',
  'postgresql://postgres@db.example:6000/my%20shop?hostaddr=127.0.0.1',
  'postgresql://db.example',
  undefined,
])('a login is used for its own database: %s', (url) => {
  expect(() => check(url)).not.toThrow()
})

test.each([
  'postgresql://postgres:canary@other.example/my%20shop',
  'postgresql://postgres:canary@db.example:5433/my%20shop',
  'postgresql://postgres:canary@127.0.0.1:5432/my%20shop',
  'postgresql://postgres:canary@db.example/shop',
  'postgresql://somebody:canary@db.example/my%20shop',
])('a login for another place is refused, with both places and no secret: %s', (url) => {
  expect(() => check(url)).toThrow(
    /^The login at hand is for my shop at db\.example:5432 as postgres, but Prisma was told to work on .* as \w+\.\nHint: ((?!canary).)*$/,
  )
})

test("a config that names the app's user may be migrated by the admin, in that very database", () => {
  expect(() => check('postgresql://app@db.example/my%20shop', true)).not.toThrow()
  expect(() => check('postgresql://app@db.example/shop', true)).toThrow('shop at db.example:5432 as app')
})
