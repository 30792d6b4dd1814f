import { didYouMean } from '../nearest.ts'

/** Collects everything that is wrong before anything is thrown. */
export class Problems {
  readonly list: string[] = []

  add(problem: string): undefined {
    this.list.push(problem)
    return undefined
  }

  /** Adds a problem for every key of `given` that is not among `known`, with the nearest name. */
  addUnknownKeys(given: object, known: readonly string[], where: string): void {
    for (const key of Object.keys(given)) {
      if (!known.includes(key)) this.add(`unknown ${where} \`${key}\`${didYouMean(key, known)}`)
    }
  }
}
