import { describe, expect, it } from 'vitest'
import type { IamAuth } from '../../src/config/auth.ts'
import { iamTokens } from '../../src/token/iam.ts'

const provider = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' })
const rds: IamAuth = {
  kind: 'iam',
  service: 'rds',
  region: 'eu-west-1',
  tokenLifetimeMs: 900_000,
  credentials: provider,
  profile: undefined,
}
const dsql: IamAuth = { ...rds, service: 'dsql' }
const app = { user: 'app', verify: { host: 'db.example', port: 5432 } }
const reports = { ...app, user: 'reports' }

describe('tokens of one process', () => {
  it('are shared by those who are the same to the server', () => {
    expect(iamTokens({ ...rds }, { user: 'app', verify: { ...app.verify } })).toBe(iamTokens(rds, app))
    expect(iamTokens(dsql, reports)).toBe(iamTokens(dsql, app))
  })

  it.each<[string, IamAuth, typeof app]>([
    ['host', rds, { ...app, verify: { ...app.verify, host: 'other.example' } }],
    ['port', rds, { ...app, verify: { ...app.verify, port: 5433 } }],
    ['user', rds, reports],
    ['region', { ...rds, region: 'eu-west-2' }, app],
    ['service', dsql, app],
    ['profile', { ...rds, profile: 'shop' }, app],
    ['lifetime', { ...rds, tokenLifetimeMs: 60_000 }, app],
    ['provider', { ...rds, credentials: async () => provider() }, app],
  ])('are not shared across another %s', (_what, auth, whom) => {
    expect(iamTokens(auth, whom)).not.toBe(iamTokens(rds, app))
  })

  it('are not shared by names that only look alike in a row', () => {
    const [spaced, plain] = [
      { ...rds, profile: 'shop 5432' },
      { ...rds, profile: 'shop' },
    ]
    expect(iamTokens(spaced, app)).not.toBe(iamTokens(plain, { ...app, user: '5432 app' }))
  })

  it('are not shared by the admin of DSQL and others, nor by those with another clock', () => {
    expect(iamTokens(dsql, { ...app, user: 'admin' })).not.toBe(iamTokens(dsql, app))
    expect(iamTokens(rds, app, { clock: () => 0 })).not.toBe(iamTokens(rds, app))
  })
})
