import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWatchdog } from './watchdog.ts'

/** A temporary directory that goes when this process goes, however that happens. */
export interface Scratch {
  path: string
  /** Names a child that is to be stopped before the directory goes. */
  guard(pid: number): void
  remove(): Promise<void>
}

/** Makes the directory, closed to other users. */
export async function openScratch(): Promise<Scratch> {
  const path = join(tmpdir(), `prisma-iam-${randomBytes(6).toString('hex')}`)
  // Before there is anything to remove, so that there is no moment to be killed in.
  const watchdog = startWatchdog(path)
  await mkdir(path, { mode: 0o700 })
  return {
    path,
    guard: watchdog.guard,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
      watchdog.dismiss()
    },
  }
}
