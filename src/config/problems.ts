import { didYouMean } from '../nearest.ts'

/** Collects everything that is wrong before anything is thrown. */
export class Problems {
  readonly list: string[] = []

  add(problem: string): undefined {
    this.list.push(problem)
    return undefined
  }

  /**
   * Adds a problem for every key of `given` that is not among `known`, with what to write instead.
   *
   * @param kind what the keys are.
   * @param owner where they stand, as code; absent at the top.
   * @param elsewhere what names of other tools are here.
   */
  addUnknownKeys(
    given: object,
    known: readonly string[],
    kind: 'option' | 'key',
    { owner, elsewhere = {} }: { owner?: string; elsewhere?: Readonly<Record<string, string>> } = {},
  ): void {
    for (const key of Object.keys(given).filter((key) => !known.includes(key))) {
      const place = owner === undefined ? '' : ` of \`${owner}\``
      const instead = Object.hasOwn(elsewhere, key) ? ` (${elsewhere[key]})` : didYouMean(key, known) || listed(known)
      this.add(`unknown ${kind} \`${key}\`${place}${instead}`)
    }
  }
}

/** A short list is told whole. */
function listed(known: readonly string[]): string {
  return known.length > 6 ? '' : ` (known: ${known.map((name) => `\`${name}\``).join(', ')})`
}
