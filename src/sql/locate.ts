/** Tells line and column of an index; asked thousands of times for one script. */
export function locator(script: string): (index: number) => { line: number; column: number } {
  const begins = [0]
  for (let at = script.indexOf('\n'); at !== -1; at = script.indexOf('\n', at + 1)) begins.push(at + 1)
  return (index) => {
    let [low, high] = [0, begins.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((begins[middle] ?? 0) <= index) low = middle
      else high = middle
    }
    return { line: low + 1, column: index - (begins[low] ?? 0) + 1 }
  }
}

/** The index of a place: what {@link locator} tells, the other way round. */
export function indexOfPlace(script: string, { line, column }: { line: number; column: number }): number {
  const before = script.split('\n', line - 1)
  return before.reduce((length, { length: more }) => length + more + 1, 0) + column - 1
}

/** The index of a character: PostgreSQL counts characters from 1, JavaScript half surrogates from 0. */
export function indexOfCharacter(text: string, position: number): number {
  return [...text].slice(0, position - 1).join('').length
}
