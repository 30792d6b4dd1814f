import { describe, expect, it } from 'vitest'
import { dsqlAction, signWithAws, type TokenRequest } from '../../src/token/sign.ts'
import { signAt } from '../../src/token/sign-at.ts'

const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 's/ecret+' }
const rds: TokenRequest = {
  service: 'rds',
  host: 'shop.cluster-c1a2b3.eu-west-1.rds.amazonaws.com',
  port: 5432,
  region: 'eu-west-1',
  user: 'app',
  lifetimeMs: 900_000,
}
const dsql: TokenRequest = { ...rds, service: 'dsql', host: 'abc.dsql.us-east-1.on.aws', region: 'us-east-1' }
const parameters = (token: string) => new URL(`https://${token}`).searchParams

describe('signing', () => {
  it('enters DSQL with the admin action as `admin` only, whatever the case', () => {
    expect(dsqlAction('admin')).toBe('DbConnectAdmin')
    for (const user of ['app', 'Admin', 'ADMIN', 'admin ', '"admin"', 'administrator']) {
      expect(dsqlAction(user)).toBe('DbConnect')
    }
  })

  it('puts host, port, user and region into a token of RDS', async () => {
    const token = await signWithAws(rds, keys, 0)
    expect(token.startsWith('shop.cluster-c1a2b3.eu-west-1.rds.amazonaws.com:5432/?')).toBe(true)
    expect(parameters(token).get('DBUser')).toBe('app')
    expect(parameters(token).get('X-Amz-Credential')).toMatch(/^AKIAEXAMPLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/)
  })

  it('honours the lifetime of a token of DSQL', async () => {
    const token = await signWithAws({ ...dsql, lifetimeMs: 604_800_000 }, keys, 0)
    expect(parameters(token).get('X-Amz-Expires')).toBe('604800')
  })

  it('carries a session token, and nothing in its place when there is none', async () => {
    const withSession = await signWithAws(dsql, { ...keys, sessionToken: 'se+/ss=' }, 0)
    expect(parameters(withSession).get('X-Amz-Security-Token')).toBe('se+/ss=')
    const without = await signWithAws(dsql, { ...keys, sessionToken: undefined }, 0)
    expect(parameters(without).has('X-Amz-Security-Token')).toBe(false)
  })

  it.each<[string, TokenRequest]>([
    ['RDS', rds],
    ['RDS, a user with every awkward character', { ...rds, user: 'a b%+/\'()*!é"@' }],
    ['DSQL, plain', dsql],
    ['DSQL, admin', { ...dsql, user: 'admin', lifetimeMs: 60_000 }],
  ])('signs for a given time byte for byte as AWS’s packages do at that time: %s', async (_name, request) => {
    for (const credentials of [keys, { ...keys, sessionToken: 'x+/='.repeat(300) }]) {
      const theirs = await signWithAws(request, credentials, 0)
      expect(await signAt(request, credentials, timeOf(theirs))).toBe(theirs)
    }
  })
})

function timeOf(token: string): number {
  const date = parameters(token).get('X-Amz-Date') ?? ''
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
