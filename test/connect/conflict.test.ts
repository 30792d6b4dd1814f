import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { describe, expect, it } from 'vitest'
import { isConflict } from '../../src/connect/conflict.ts'

const driverError = (code: string) => Object.assign(new Error('server'), { code })
const adapterError = new DriverAdapterError({ kind: 'TransactionWriteConflict', originalCode: '40001' })

describe('a conflict', () => {
  it.each([
    ['of the driver', driverError('40001')],
    ['that is a deadlock', driverError('40P01')],
    ['named as DSQL names it, data', driverError('OC000')],
    ['named as DSQL names it, schema', driverError('OC001')],
    ['of a model operation', { code: 'P2034' }],
    ['of a COMMIT: no code, only a kind', new DriverAdapterError({ kind: 'TransactionWriteConflict' })],
    ['of a raw query', { code: 'P2010', meta: { driverAdapterError: adapterError } }],
    ['of a raw query in older clients', { code: 'P2010', meta: { code: '40001', message: 'x' } }],
    [
      'that the adapter did not map',
      new DriverAdapterError({
        kind: 'postgres',
        code: 'OC001',
        severity: 'ERROR',
        message: 'x',
        detail: undefined,
        column: undefined,
        hint: undefined,
      }),
    ],
    ['below errors of the app', new Error('a', { cause: new Error('b', { cause: driverError('40001') }) })],
  ])('%s is known', (_, error) => {
    expect(isConflict(error)).toBe(true)
  })

  it.each([
    ['a unique violation', { code: 'P2002', meta: { target: ['40001'] } }],
    [
      'a raw query that failed otherwise',
      { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'postgres' } } } },
    ],
    ['a text that mentions one', new Error('change conflicts with another transaction (OC000)')],
    ['a number', { code: 40_001 }],
    ['a string', '40001'],
    ['nothing', undefined],
    ['null', null],
  ])('is not %s', (_, error) => {
    expect(isConflict(error)).toBe(false)
  })

  it('is looked for once around a circle of causes', () => {
    const round: { cause?: unknown; meta?: unknown } = {}
    round.cause = { cause: round }
    round.meta = round
    expect(isConflict(round)).toBe(false)
    expect(isConflict(Object.assign(round, { driverAdapterError: adapterError }))).toBe(true)
  })
})
