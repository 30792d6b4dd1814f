import { readdirSync, readFileSync } from 'node:fs'

/** A process as /proc tells it. */
export interface Process {
  pid: number
  argv: string
  environment: string
}

/** Every process that has the given text in its environment: children inherit it, orphans keep it. Linux only. */
export function processesWith(text: string): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [argv, environment] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'utf8'))
        return environment?.includes(text) ? [{ pid: Number(name), argv: argv ?? '', environment }] : []
      } catch {
        return []
      }
    })
}
