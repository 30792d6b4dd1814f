import { expect, test } from 'vitest'
import { readerOf } from '../../src/emulator/endpoint.ts'

test.each([
  ['shop.cluster-c1q2.eu-west-1.rds.amazonaws.com', 'shop.cluster-ro-c1q2.eu-west-1.rds.amazonaws.com'],
  ['shop.cluster-c1q2.rds.cn-north-1.amazonaws.com.cn', 'shop.cluster-ro-c1q2.rds.cn-north-1.amazonaws.com.cn'],
  ['shop.cluster-ro-c1q2.eu-west-1.rds.amazonaws.com', undefined],
  ['shop.cluster-custom-c1q2.eu-west-1.rds.amazonaws.com', undefined],
  ['shop.c1q2.eu-west-1.rds.amazonaws.com', undefined],
])('beside %s the readers are %s', (host, reader) => {
  expect(readerOf(host)).toBe(reader)
})
