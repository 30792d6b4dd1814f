import type { ServerError } from '../wire/messages.ts'
import { refusal } from './rules.ts'

/** What one transaction may change, and for how long (AWS quotas, 2026; the age measured on 2026-09-23). */
const limits = { rows: 3_000, bytes: 10 * 1024 * 1024, ageMs: 300_000 } as const

/** How much a session's transaction has used up. */
export interface Usage {
  /** A transaction begins. */
  begin(): void
  /** A statement has completed with this tag; answers the error that it is to have instead. */
  completed(tag: string): ServerError | undefined
  /** How many rows have been changed. */
  rows(): number
  /** So many rows were changed, others than the tags told of among them; answers the error as above. */
  counted(total: number): ServerError | undefined
  /** Whether the transaction is too old for another statement. */
  aged(): ServerError | undefined
  /** Whether it may be too large, so that its size is worth a question. */
  worthWeighing(): boolean
  /** Whether a transaction of so many bytes is too large. */
  weighed(bytes: number): ServerError | undefined
}

/** @param clock the emulator's */
export function createUsage(clock: () => Date): Usage {
  let beganMs = clock().getTime()
  let rows = 0
  return {
    begin() {
      beganMs = clock().getTime()
      rows = 0
    },
    completed(tag) {
      const more = changed(tag)
      rows += more
      return more > 0 && rows > limits.rows ? refusal('rowLimit') : undefined
    },
    rows: () => rows,
    counted(total) {
      rows = Math.max(rows, total)
      return rows > limits.rows ? refusal('rowLimit') : undefined
    },
    aged() {
      const ageMs = clock().getTime() - beganMs
      const seconds = Math.floor(ageMs / 1000)
      const detail = `Current transaction age ${seconds}s exceeds 300s`
      return ageMs > limits.ageMs ? { ...refusal('ageLimit'), detail } : undefined
    },
    // "Maximum row size: 2 MiB".
    worthWeighing: () => rows > 4,
    weighed(bytes) {
      const detail = `Current transaction size ${Math.ceil(bytes / 1024 / 1024)}mb > 10mb`
      return bytes > limits.bytes ? { ...refusal('sizeLimit'), detail } : undefined
    },
  }
}

/** How many rows a command tag says were changed. */
function changed(tag: string): number {
  return Number(/^(?:INSERT 0|UPDATE|DELETE|COPY) (\d+)$/.exec(tag)?.[1] ?? 0)
}
