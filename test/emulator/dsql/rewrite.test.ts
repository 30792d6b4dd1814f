import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rewrite } from '../../../src/emulator/dsql/rewrite.ts'
import { split } from '../../../src/emulator/statements/split.ts'

it('a rewritten script keeps everything but the replaced statements, and tells where each character stood', () => {
  const statement = fc.constantFrom('a', 'bb 🦀', 'cécé', '"d;"')
  const replacement = fc.option(fc.constantFrom('', 'longer 🦀 than before', 'é'), { nil: undefined })
  fc.assert(
    fc.property(fc.array(fc.tuple(statement, replacement), { maxLength: 6 }), (parts) => {
      const script = parts
        .map(([text]) => `${text} ;🦀\n`)
        .join('')
        .replaceAll(';🦀', ';')
      const pieces = split(script)
      const replacements = new Map(
        pieces.flatMap((piece, index) => {
          const [, text] = parts[index] ?? []
          return text === undefined ? [] : [[piece, text] as const]
        }),
      )
      const { text, position } = rewrite(script, pieces, replacements)
      expect(text).toBe(parts.map(([old, replaced]) => `${replaced ?? old} ;\n`).join(''))
      const [before, after] = [[...script], [...text]]
      const kept = after.flatMap((_, index) => position(index + 1) ?? [])
      for (const [index, character] of after.entries()) {
        const at = position(index + 1)
        if (at !== undefined) expect(before[at - 1]).toBe(character)
      }
      const replaced = [...replacements.values()].reduce((sum, each) => sum + [...each].length, 0)
      expect(kept).toHaveLength(after.length - replaced)
    }),
  )
})
