import { describe, expect, it } from 'vitest'
import { type Effect, idle, settle, step, type Transaction } from '../../../src/emulator/dsql/transaction.ts'

function run(...effects: Effect[]): Transaction | string {
  let now: Transaction = idle
  for (const effect of effects) {
    const next = step(now, effect)
    if (typeof next === 'string') return next
    now = next
  }
  return now
}

describe('a transaction', () => {
  it.each<[string, Effect[], Transaction | string]>([
    ['holds any number of DML', ['begin', 'dml', 'none', 'dml'], { at: 'explicit', holds: 'dml' }],
    ['holds one DDL and what changes nothing', ['begin', 'none', 'ddl', 'none'], { at: 'explicit', holds: 'ddl' }],
    ['does not hold two DDL', ['begin', 'ddl', 'ddl'], 'multipleDdl'],
    ['does not hold DML behind DDL', ['begin', 'ddl', 'dml'], 'ddlAndDml'],
    ['does not hold DDL behind DML', ['dml', 'ddl'], 'ddlAndDml'],
    ['begins anew behind its end', ['begin', 'ddl', 'end', 'dml'], { at: 'implicit', holds: 'dml' }],
    ['begins anew by AND CHAIN', ['begin', 'ddl', 'chain', 'ddl'], { at: 'explicit', holds: 'ddl' }],
    ['that is implicit becomes explicit with what it holds', ['ddl', 'begin', 'dml'], 'ddlAndDml'],
    ['that is begun twice is one', ['begin', 'ddl', 'begin', 'ddl'], 'multipleDdl'],
  ])('%s', (_, effects, expected) => {
    expect(run(...effects)).toEqual(expected)
  })

  it('that failed breaks no further rule until it ends', () => {
    const failed = settle({ at: 'explicit', holds: 'ddl' }, 'E')
    expect(step(failed, 'ddl')).toEqual(failed)
    expect(step(failed, 'end')).toEqual(idle)
  })

  it('stands where the server says', () => {
    expect(settle({ at: 'implicit', holds: 'ddl' }, 'I')).toEqual(idle)
    expect(settle({ at: 'explicit', holds: 'dml' }, 'T')).toEqual({ at: 'explicit', holds: 'dml' })
    expect(settle(idle, 'T')).toEqual({ at: 'explicit', holds: 'nothing' })
  })
})
