import { describe, expect, it } from 'vitest'
import { isVpcEndpointName, recogniseHost } from '../../src/config/endpoint.ts'

const rows: [host: string, service: string, kind: string, region: string | undefined, trust: string][] = [
  ['shop.cluster-c1a2b3.eu-west-1.rds.amazonaws.com', 'rds', 'writer', 'eu-west-1', 'rds-roots'],
  ['shop.cluster-ro-c1a2b3.eu-west-1.rds.amazonaws.com', 'rds', 'reader', 'eu-west-1', 'rds-roots'],
  ['shop.cluster-custom-c1a2b3.ap-southeast-5.rds.amazonaws.com', 'rds', 'custom', 'ap-southeast-5', 'rds-roots'],
  ['shop.proxy-c1a2b3.us-east-2.rds.amazonaws.com', 'rds', 'proxy', 'us-east-2', 'public-roots'],
  ['reader.endpoint.proxy-c1a2b3.us-east-2.rds.amazonaws.com', 'rds', 'proxy', 'us-east-2', 'public-roots'],
  ['shop.shardgrp-c1a2b3.us-west-2.rds.amazonaws.com', 'rds', 'limitless', 'us-west-2', 'rds-roots'],
  ['shop.global-c1a2b3.global.rds.amazonaws.com', 'rds', 'global', undefined, 'rds-roots'],
  ['shop-1.c1a2b3.il-central-1.rds.amazonaws.com', 'rds', 'instance', 'il-central-1', 'rds-roots'],
  ['SHOP-1.C1A2B3.EU-West-1.rds.amazonaws.com.', 'rds', 'instance', 'eu-west-1', 'rds-roots'],
  ['shop.cluster-c1a2b3.us-gov-west-1.rds.amazonaws.com', 'rds', 'writer', 'us-gov-west-1', 'rds-roots'],
  ['shop-1.c1a2b3.rds.cn-north-1.amazonaws.com.cn', 'rds', 'instance', 'cn-north-1', 'rds-roots'],
  ['shop-1.c1a2b3.cn-northwest-1.rds.amazonaws.com.cn', 'rds', 'instance', 'cn-northwest-1', 'rds-roots'],
  ['shop.cluster-ro-c1a2b3.rds.cn-north-1.amazonaws.com.cn', 'rds', 'reader', 'cn-north-1', 'rds-roots'],
  ['shop.cluster-c1a2b3.cn-north-1.rds.amazonaws.com.cn', 'rds', 'writer', 'cn-north-1', 'rds-roots'],
  ['shop.proxy-c1a2b3.rds.cn-north-1.amazonaws.com.cn', 'rds', 'proxy', 'cn-north-1', 'public-roots'],
  ['shop-1.c1a2b3.rds.us-iso-east-1.c2s.ic.gov', 'rds', 'instance', 'us-iso-east-1', 'rds-roots'],
  ['shop.cluster-c1a2b3.rds.us-isob-east-1.sc2s.sgov.gov', 'rds', 'writer', 'us-isob-east-1', 'rds-roots'],
  ['abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws', 'dsql', 'cluster', 'us-east-1', 'public-roots'],
  ['abcdefghijklmnopqrstuvwxyz.dsql-fnh4.us-east-1.on.aws', 'dsql', 'cluster', 'us-east-1', 'public-roots'],
  ['abcdefghijklmnopqrstuvwxyz.dsql-fips.ca-west-1.on.aws', 'dsql', 'cluster', 'ca-west-1', 'public-roots'],
  ['abcdefghijklmnopqrstuvwxyz.dsql-fips.us-east-2.api.aws', 'dsql', 'cluster', 'us-east-2', 'public-roots'],
]

describe('recogniseHost', () => {
  it.each(rows)('knows %s as %s %s in %s, trusted by %s', (host, service, kind, region, trust) => {
    expect(recogniseHost(host)).toMatchObject({ service, kind, region, trust })
  })

  it.each([
    'localhost',
    '127.0.0.1',
    'db.internal',
    'rds.amazonaws.com',
    'shop.c1a2b3.eu-west-1.rds.amazonaws.com.evil.example',
    'evil-rds.amazonaws.com',
    'shop.c1a2b3.nowhere.rds.amazonaws.com',
    'abc.dsql.us-east-1.on.aws.example',
    'dsql.us-east-1.on.aws',
  ])('takes %s for no AWS database host', (host) => {
    expect(recogniseHost(host)).toBeUndefined()
  })

  it('tells a VPC endpoint name, which has no certificate of its own', () => {
    expect(isVpcEndpointName('vpce-0a1b2c.dsql-fnh4.us-east-1.vpce.amazonaws.com')).toBe(true)
    expect(isVpcEndpointName('abc.dsql-fnh4.us-east-1.on.aws')).toBe(false)
  })

  it('lets only DSQL lack transactional DDL and advisory locks', () => {
    const dsql = recogniseHost('abc.dsql.us-east-1.on.aws')?.capabilities
    const aurora = recogniseHost('shop.cluster-c1.eu-west-1.rds.amazonaws.com')?.capabilities
    expect(dsql).toMatchObject({ transactionalDdl: false, advisoryLocks: false, iamAttachment: 'aws-iam' })
    expect(aurora).toMatchObject({ transactionalDdl: true, advisoryLocks: true, iamAttachment: 'rds_iam' })
  })
})
