import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identifier, literal } from '../../src/sql/quote.ts'

describe('identifier', () => {
  test('keeps case and doubles quotes', () => {
    expect(identifier('Order')).toBe('"Order"')
    expect(identifier('a"; DROP TABLE b; --')).toBe('"a""; DROP TABLE b; --"')
  })

  test('counts bytes, not characters', () => {
    expect(identifier('a'.repeat(63))).toHaveLength(65)
    expect(() => identifier('a'.repeat(64))).toThrow(/64 bytes/)
    expect(() => identifier('é'.repeat(32))).toThrow(/64 bytes/)
  })

  test.each(['', 'a\0b', 'a\ud800'])('refuses %j', (name) => {
    expect(() => identifier(name)).toThrow(expect.objectContaining({ code: 'PRISMA_IAM_SQL_UNQUOTABLE' }))
  })
})

describe('literal', () => {
  test('doubles quotes and marks backslashes', () => {
    expect(literal("it's")).toBe("'it''s'")
    expect(literal('')).toBe("''")
    expect(literal("\\'; DROP TABLE b; --")).toBe(" E'\\\\''; DROP TABLE b; --'")
  })

  test('never repeats a text that it refuses', () => {
    expect(() => literal('secret\0')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    )
  })

  test('a text without a backslash has no single quote inside that is not doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\0'))
        const inside = literal(text).trimStart().replace(/^E?'/, '').replace(/'$/, '')
        expect(inside.replaceAll("''", '')).not.toContain("'")
      }),
    )
  })
})
