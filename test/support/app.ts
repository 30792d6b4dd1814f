import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareEnvironment } from './example.ts'

/** A running web app. */
export interface App {
  /** Where it listens, as it said itself. */
  url: string
  /** Everything that it has printed. */
  output(): string
  /** Sends a signal to the app's own process; fails unless it, and all that it started, are gone soon. */
  stop(signal?: NodeJS.Signals): Promise<Ending>
  /** Ends whatever is left of it, for `finally`. */
  kill(): void
}

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

const startMs = 30_000
const stopMs = 8_000

/** Starts a Node program in its own process group and waits until it prints its address. */
export async function startApp(directory: string, args: readonly string[], env: Record<string, string>): Promise<App> {
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { ...bareEnvironment(directory), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Ending)
  const app: App = {
    url: '',
    output: () => text,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const ending = await Promise.race([ended, sleep(stopMs, undefined, { ref: false })])
      if (!ending) throw new Error(`the app did not end within ${stopMs} ms of ${signal}:\n${text}`)
      // What it started hears of its end and follows.
      for (let tries = 0; signalGroup(child, 0); tries += 1) {
        if (tries === 20) throw new Error(`the app left a process behind:\n${text}`)
        await sleep(50)
      }
      return ending
    },
    kill: () => void signalGroup(child, 'SIGKILL'),
  }
  const deadline = performance.now() + startMs
  for (;;) {
    const address = /http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d+/.exec(text)?.[0]
    if (address) return { ...app, url: address.replace('localhost', '127.0.0.1') }
    if (child.exitCode !== null || performance.now() > deadline) {
      app.kill()
      throw new Error(`the app did not start:\n${text}`)
    }
    await sleep(50)
  }
}

/** Whether there was a process to send it to. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
