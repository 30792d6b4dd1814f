import { describe, expect, it } from 'vitest'
import { createStatementCache } from '../../src/connect/statement-cache.ts'

describe('statement cache', () => {
  it('prepares a statement when it comes the second time, and keeps its name', () => {
    const cache = createStatementCache(10)
    expect(['a', 'a', 'b', 'a', 'b'].map((sql) => cache.nameOf(sql, 1))).toEqual(['', 'iam1', '', 'iam1', 'iam2'])
  })

  it('leaves statements without parameters and very long ones unprepared', () => {
    const cache = createStatementCache(10)
    for (const sql of ['BEGIN', 'BEGIN']) expect(cache.nameOf(sql, 0)).toBe('')
    const long = `SELECT ${'1,'.repeat(5000)} 1`
    for (const sql of [long, long]) expect(cache.nameOf(sql, 1)).toBe('')
  })

  it('drops the least recently used, and never uses a name twice', () => {
    const cache = createStatementCache(2)
    for (const sql of ['a', 'a', 'b', 'b', 'a', 'c']) cache.nameOf(sql, 1)
    expect(cache.nameOf('a', 1)).toBe('iam1')
    expect([cache.nameOf('b', 1), cache.nameOf('b', 1)]).toEqual(['', 'iam3'])
  })

  it('gives a forgotten statement another name', () => {
    const cache = createStatementCache(10)
    for (const sql of ['a', 'a']) cache.nameOf(sql, 1)
    cache.forget('a')
    expect([cache.nameOf('a', 1), cache.nameOf('a', 1)]).toEqual(['', 'iam2'])
  })

  it('closes on a connection exactly what was dropped', () => {
    const cache = createStatementCache(1)
    for (const sql of ['a', 'a', 'b', 'b']) cache.nameOf(sql, 1)
    const closed: string[] = []
    const connection = {
      parsedStatements: { iam1: 'a', iam2: 'b' },
      close: ({ name }: { name: string }) => void closed.push(name),
    }
    const client = { connection }
    expect([cache.trim(client), cache.trim(client)]).toEqual([['iam1'], []])
    expect(closed).toEqual(['iam1'])
    expect(connection.parsedStatements).toEqual({ iam2: 'b' })
  })
})
