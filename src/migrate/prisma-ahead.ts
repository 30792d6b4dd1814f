import type { EngineLogin } from '../engine/login.ts'
import { type PrismaProcess, type PrismaRun, startPrisma } from './prisma-cli.ts'

/** Prisma's CLI, which takes a second to get going, on its way to a database that it must not touch yet. */
export interface PrismaAhead {
  /** Starts it; without this it starts at its turn. */
  start(): void
  /**
   * Lets its engine in, and from now on tells what it writes; what it has written so far comes first.
   *
   * @returns its exit code.
   * @throws what {@link startPrisma} throws.
   */
  turn(login: () => Promise<EngineLogin>): Promise<number>
  /** Ends one whose turn never came, and waits for that. */
  end(): Promise<void>
}

/**
 * Prepares a run of Prisma's CLI that waits for its turn at the door of the database.
 *
 * The door is the login: an engine has none of its own and asks this process, also for its first look whether the database
 * is there. So the CLI starts while this process still waits for the deploy lock, and nobody hears of it if that fails.
 */
export function prismaAhead({ output = () => undefined, ...run }: Omit<PrismaRun, 'login'>): PrismaAhead {
  const early: string[] = []
  let say = (line: string): unknown => early.push(line)
  let open: (login: () => Promise<EngineLogin>) => void = () => undefined
  const door = new Promise<() => Promise<EngineLogin>>((resolve) => {
    open = resolve
  })
  let cli: PrismaProcess | undefined
  const begin = () => {
    cli ??= startPrisma({ ...run, login: async () => (await door)(), output: (line) => say(line) })
    return cli.ended
  }
  return {
    start() {
      // Whoever takes the turn is told.
      begin().catch(() => undefined)
    },
    async turn(login) {
      const ended = begin()
      open(login)
      say = output
      for (const line of early) output(line)
      return await ended
    },
    async end() {
      cli?.stop()
      await cli?.ended.catch(() => undefined)
    },
  }
}
