import { distance } from 'fastest-levenshtein'

/** ` (did you mean …?)` when one of the known names is close to what was written, else nothing. */
export function didYouMean(written: string, known: Iterable<string>): string {
  let best = { name: '', far: Number.POSITIVE_INFINITY }
  for (const name of known) {
    const far = distance(written.toLowerCase(), name.toLowerCase())
    if (far < best.far) best = { name, far }
  }
  return best.far <= Math.max(2, Math.floor(written.length / 3)) ? ` (did you mean \`${best.name}\`?)` : ''
}
