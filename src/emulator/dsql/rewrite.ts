import type { Piece } from '../statements/split.ts'

/** A script in which some statements were replaced by others. */
export interface Rewritten {
  text: string
  /**
   * Where a character of the new script (counted from 1, as PostgreSQL does) stands in the old; undefined in a
   * replaced statement.
   */
  position(inNew: number): number | undefined
}

/** Replaces statements of a script; `replacements` holds the new text for some of its pieces. */
export function rewrite(script: string, pieces: readonly Piece[], replacements: ReadonlyMap<Piece, string>): Rewritten {
  let text = ''
  let copied = 0
  // Ends of replaced statements, in characters: in the new script, and how much longer the old one is up to there.
  const edges: { start: number; end: number; shift: number }[] = []
  let length = 0
  let shift = 0
  for (const piece of pieces) {
    const replacement = replacements.get(piece)
    if (replacement === undefined) continue
    const before = script.slice(copied, piece.start)
    const start = length + characters(before)
    length = start + characters(replacement)
    shift += characters(piece.text) - characters(replacement)
    edges.push({ start, end: length, shift })
    text += before + replacement
    copied = piece.end
  }
  text += script.slice(copied)
  return {
    text,
    position(inNew) {
      const at = inNew - 1
      if (edges.some(({ start, end }) => at >= start && at < end)) return undefined
      return inNew + (edges.findLast(({ end }) => end <= at)?.shift ?? 0)
    },
  }
}

function characters(text: string): number {
  let surrogates = 0
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) surrogates++
  return text.length - surrogates
}
