import { describe, expect, it } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { resolve } from '../../src/config/resolve.ts'
import { isPrismaIamError } from '../../src/errors.ts'

const aurora = 'shop.cluster-c1a2b3.eu-west-1.rds.amazonaws.com'
const dsql = 'abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws'
const url = `postgresql://app@${aurora}/shop?schema=app`
const plain = (options: IamOptions, env: Record<string, string> = {}) => resolve(options, { env })

function problemsOf(options: unknown, env: Record<string, string> = {}): string[] {
  try {
    resolve(options as IamOptions, { env })
  } catch (error) {
    if (!isPrismaIamError(error)) throw error
    expect(error.code).toBe('PRISMA_IAM_CONFIG_INVALID')
    expect(error.hint).toBeTruthy()
    return [...error.problems]
  }
  return []
}

describe('resolve', () => {
  it('needs nothing but a URL', () => {
    expect(plain({ url })).toMatchObject({
      dial: { host: aurora, port: 5432 },
      verify: { host: aurora, port: 5432 },
      user: 'app',
      database: 'shop',
      schema: 'app',
      auth: { kind: 'iam', service: 'rds', region: 'eu-west-1', tokenLifetimeMs: 900_000 },
      tls: { ca: undefined },
    })
  })

  it('takes DATABASE_URL, then PG*, where options are silent', () => {
    expect(plain({}, { DATABASE_URL: url, PGUSER: 'other' })).toMatchObject({ user: 'app', database: 'shop' })
    expect(plain({}, { PGHOST: aurora, PGUSER: 'app', PGDATABASE: 'shop', PGPORT: '6432' })).toMatchObject({
      dial: { host: aurora, port: 6432 },
      verify: { port: 6432 },
    })
  })

  it('lets an option win over the URL and the URL over PG*', () => {
    const resolved = plain(
      { url, user: 'reports' },
      { PGUSER: 'x', PGDATABASE: 'y', DATABASE_URL: 'postgresql://z@h/d' },
    )
    expect(resolved).toMatchObject({ user: 'reports', database: 'shop' })
  })

  it('signs for another endpoint than it dials', () => {
    expect(plain({ url: 'postgresql://app@localhost:15432/shop', signHost: aurora })).toMatchObject({
      dial: { host: 'localhost', port: 15432 },
      verify: { host: aurora, port: 5432 },
      auth: { region: 'eu-west-1' },
    })
  })

  it('understands hostaddr as libpq does', () => {
    const viaUrl = plain({ url: `postgresql://app@${aurora}:15432/shop?hostaddr=127.0.0.1` })
    const viaEnv = plain({ url: `postgresql://app@${aurora}:15432/shop` }, { PGHOSTADDR: '127.0.0.1' })
    for (const resolved of [viaUrl, viaEnv]) {
      expect(resolved).toMatchObject({ dial: { host: '127.0.0.1', port: 15432 }, verify: { host: aurora, port: 5432 } })
    }
  })

  it('signs for the name in lower case and without the dot at the end', () => {
    const resolved = plain({ host: `${aurora.toUpperCase()}.`, port: 6432, user: 'app', database: 'shop' })
    expect(resolved.verify).toEqual({ host: aurora, port: 6432 })
  })

  it('knows the only database of DSQL', () => {
    expect(plain({ host: dsql, user: 'admin' })).toMatchObject({
      database: 'postgres',
      auth: { service: 'dsql', region: 'us-east-1' },
    })
  })

  it('lets region and AWS_REGION speak only where the host is silent', () => {
    const global = 'shop.global-c1a2b3.global.rds.amazonaws.com'
    expect(plain({ host: global, user: 'a', database: 'd' }, { AWS_REGION: 'eu-west-2' })).toMatchObject({
      auth: { region: 'eu-west-2' },
    })
    expect(
      plain({ host: global, user: 'a', database: 'd', region: 'eu-west-3' }, { AWS_REGION: 'eu-west-2' }),
    ).toMatchObject({
      auth: { region: 'eu-west-3' },
    })
    expect(plain({ url }, { AWS_REGION: 'us-east-1' })).toMatchObject({ auth: { region: 'eu-west-1' } })
  })

  it('logs in by password where the host is not AWS’s, without TLS unless asked', () => {
    const resolved = plain({ url: 'postgresql://app:secret@localhost/shop' })
    expect(resolved).toMatchObject({ auth: { kind: 'password' }, tls: 'off', endpoint: { service: 'postgresql' } })
    expect(plain({ url: 'postgresql://app:secret@db.example/shop?sslmode=require' }).tls).toEqual({ ca: undefined })
  })

  it('verifies TLS on an AWS host also for a password login', () => {
    expect(plain({ url, password: 'secret' })).toMatchObject({ auth: { kind: 'password' }, tls: { ca: undefined } })
  })

  it('is frozen', () => {
    expect(Object.isFrozen(plain({ url }))).toBe(true)
  })

  it('paces by the service’s limits, or by what the options say of them', () => {
    expect(plain({ url }).pacing).toEqual({ connectionsPerSecond: 200, burst: 200 })
    const onDsql = { host: dsql, user: 'app' }
    expect(plain(onDsql).pacing).toEqual({ connectionsPerSecond: 100, burst: 1000 })
    expect(plain({ ...onDsql, pacing: { burst: 10 } }).pacing).toEqual({ connectionsPerSecond: 100, burst: 10 })
    const local = { host: 'localhost', user: 'app', database: 'shop', password: 'x' }
    expect(plain(local).pacing).toBeUndefined()
    expect(plain({ ...local, pacing: { connectionsPerSecond: 5 } }).pacing).toEqual({
      connectionsPerSecond: 5,
      burst: 5,
    })
  })

  it('gives URL settings to the pool, and options above them', () => {
    const resolved = plain({ url: `${url}&connection_limit=5&connect_timeout=7`, pool: { max: 9 } })
    expect(resolved.pool).toEqual({ max: 9, connectionTimeoutMillis: 7000 })
    const unsaid = { max: undefined, connectionTimeoutMillis: undefined, statement_timeout: undefined }
    expect(plain({ url: `${url}&connection_limit=5`, pool: unsaid }).pool).toEqual({ max: 5 })
  })

  it('lists every problem at once', () => {
    const problems = problemsOf({ hots: 'x', port: 99_999, region: 'nowhere', tls: { caFile: '/does/not/exist.pem' } })
    expect(problems).toEqual([
      'unknown option `hots` (did you mean `host`?)',
      '`port` must be a whole number from 1 to 65535',
      'no host: pass `host` or `url`, or set DATABASE_URL or PGHOST',
      'the CA file /does/not/exist.pem cannot be read (ENOENT)',
      'no user: pass `user`, put it in the URL (postgresql://USER@…) or set PGUSER',
      'no database: pass `database`, put it at the end of the URL (…/DATABASE) or set PGDATABASE',
    ])
  })

  it('says that nobody has read the .env file that stands there', () => {
    const readFile = () => 'A=1\nexport DATABASE_URL="postgresql://a:hunter2@h/d"\n'
    const failure = (env: Record<string, string>, files = { readFile }) => {
      try {
        resolve({}, { env, ...files })
      } catch (error) {
        return error
      }
    }
    expect(failure({})).toMatchObject({ hint: expect.stringContaining("import 'dotenv/config'") })
    expect(String(failure({}))).not.toContain('hunter2')
    const example = { hint: expect.stringContaining('a complete example') }
    expect(failure({ DATABASE_URL: `postgresql://${aurora}/d` })).toMatchObject(example)
    expect(failure({}, { readFile: () => 'PORT=1' })).toMatchObject(example)
  })

  it.each<[string, unknown, Record<string, string>, RegExp]>([
    ['no host', { user: 'a', database: 'd' }, {}, /^no host/],
    ['no user', { host: aurora, database: 'd' }, {}, /^no user/],
    ['no database', { host: aurora, user: 'a' }, {}, /^no database/],
    ['a password in the URL of an AWS host', { url: `postgresql://a:hunter2@${aurora}/d` }, {}, /holds a password/],
    ['libpq instead of pg', { url }, { NODE_PG_FORCE_NATIVE: '1' }, /^NODE_PG_FORCE_NATIVE /],
    ['a region that does not exist', { url, region: 'europe' }, {}, /unknown region `europe`/],
    ['a region that contradicts the host', { url, region: 'us-east-1' }, {}, /is in eu-west-1/],
    [
      'a host that does not tell its region',
      { host: 'x.global-a1.global.rds.amazonaws.com', user: 'a', database: 'd' },
      {},
      /unknown region/,
    ],
    ['a CA file that is no certificate', { url, tls: { caFile: 'package.json' } }, {}, /holds no PEM certificate/],
    [
      'a broken certificate',
      { url, tls: { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' } },
      {},
      /certificate 1 of `tls.ca`/,
    ],
    ['half a port in a URL', { url: `postgresql://app@${aurora}:54x/shop` }, {}, /the port in `url` is not a number/],
    [
      'half a port in the environment',
      { host: aurora, user: 'a', database: 'd' },
      { PGPORT: '54x' },
      /PGPORT is not a number.*54x/,
    ],
    ['an unknown option', { url, poool: {} }, {}, /unknown option `poool` \(did you mean `pool`\?\)/],
    ['a pool that is none', { url, pool: 5 }, {}, /^`pool` must be an object$/],
    ['credentials that are none', { url, credentials: 'AKIA' }, {}, /^`credentials` must be a provider/],
    ['half of the credentials', { url, credentials: { accessKeyId: 'AKIA' } }, {}, /^`credentials` must be a provider/],
    ['a password that is none', { url, password: 5 }, {}, /^`password` must be a string or a function$/],
    ['no room in the pool', { url, pool: { max: 0 } }, {}, /^`pool.max` must be a number from 1$/],
    [
      'a time that no timer holds',
      { url, pool: { maxLifetimeSeconds: 9_999_999 } },
      {},
      /^`pool.maxLifetimeSeconds` must be a number from 0 to 2147483$/,
    ],
    ['a timeout that is text', { url, pool: { query_timeout: '5s' } }, {}, /^`pool.query_timeout` must be a number/],
    ['a pace of nothing', { url, pacing: { burst: 0 } }, {}, /^`pacing.burst` must be a number from 1$/],
    [
      'an unknown pace',
      { url, pacing: { brust: 5 } },
      {},
      /unknown option `brust` of `pacing` \(did you mean `burst`\?\)/,
    ],
    ['an unknown option far from all', { url, zzzzzzzz: 1 }, {}, /^unknown option `zzzzzzzz`$/],
    [
      'an unknown pool option',
      { url, pool: { maxx: 1 } },
      {},
      /unknown option `maxx` of `pool` \(did you mean `max`\?\)/,
    ],
    ['a URL parameter that nobody knows', { url: `${url}&schemaa=x` }, {}, /unknown parameter `schemaa` in `url`/],
    ['a URL that is not PostgreSQL’s', { url: 'mysql://a@h/d' }, {}, /not a PostgreSQL URL/],
    ['something that is no URL', {}, { DATABASE_URL: 'postgresql://a@[h/d' }, /DATABASE_URL is not a URL/],
    ['TLS switched off', { url: `${url}&sslmode=disable` }, {}, /sslmode=disable/],
    ['a tunnel without signHost', { url: 'postgresql://app@localhost/shop' }, {}, /^localhost is not .*`signHost`/],
    [
      'a URL in place of a host',
      { host: `https://${aurora}`, user: 'a', database: 'd' },
      {},
      /^`host` must be a bare name/,
    ],
    [
      'a port in a host',
      { host: `${aurora}:5432`, user: 'a', database: 'd' },
      {},
      /^`host` must be a bare name[^\n]*$/,
    ],
    ['a switch for TLS', { url, ssl: false }, {}, /^unknown option `ssl` \(chain and host name are always verified/],
    [
      'another switch',
      { url, tls: { rejectUnauthorized: false } },
      {},
      /`rejectUnauthorized` of `tls` \(chain and host/,
    ],
    [
      'the URL by the name of pg',
      { connectionString: 'postgresql://a:hunter2@h/d' },
      { DATABASE_URL: url },
      /^[^\n]*\(it is `url` here\)$/,
    ],
    [
      'an option of the pool',
      { url, max: 5 },
      {},
      /^unknown option `max` \(it stands in `pool`: \{ pool: \{ max \} \}\)$/,
    ],
    ['a short list of options', { url, tls: { key: 'x' } }, {}, /`key` of `tls` \(known: `ca`, `caFile`\)$/],
    [
      'a URL in quotes, and asks for nothing that stands in it',
      {},
      { DATABASE_URL: `"${url}"` },
      /^DATABASE_URL is [^\n]*take them out$/,
    ],
    [
      'a password that is not encoded',
      { url: 'postgresql://a:50%@localhost/d' },
      {},
      /^the password in `url` [^\n]*%25[^\n]*$/,
    ],
    [
      'a VPC endpoint name',
      { host: 'vpce-0a.dsql-x.us-east-1.vpce.amazonaws.com', user: 'admin' },
      {},
      /cannot be verified/,
    ],
    ['a token life for RDS', { url, tokenLifetimeMs: 60_000 }, {}, /for Aurora DSQL/],
    ['a token life over a week', { host: dsql, user: 'a', tokenLifetimeMs: 604_801_000 }, {}, /from 1000 to 604800000/],
    [
      'a startup parameter that DSQL does not know',
      { host: dsql, user: 'a', pool: { statement_timeout: 1 } },
      {},
      /`pool.statement_timeout` ends every connection/,
    ],
    ['a text in place of options', 'postgresql://app@h/d', {}, /the options must be an object/],
    ['nothing in place of options', null, {}, /the options must be an object/],
    ['a host that is a number', { host: 5, user: 'a', database: 'd' }, {}, /`host` must be a string/],
  ])('refuses %s', (_name, options, env, text) => {
    expect(problemsOf(options, env).join('\n')).toMatch(text)
  })

  it('never repeats a password in a problem', () => {
    const broken = [
      'postgresql://a:hunter2@[h/d',
      `postgresql://a:hunter2@${aurora}:54x/d`,
      'mysql://a:hunter2@h/d',
      `postgresql://a:hunter2%@${aurora}/d`,
    ]
    const asHost = (host: string) => problemsOf({ user: 'a', database: 'd' }, { PGHOST: host })
    for (const problems of [...broken.map((url) => problemsOf({ url })), ...broken.map(asHost)].map(String)) {
      expect(problems).not.toBe('')
      expect(problems).not.toContain('hunter2')
    }
  })
})
