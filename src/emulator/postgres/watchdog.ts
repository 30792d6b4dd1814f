import { spawn } from 'node:child_process'

/** Cleans up behind this process should it be killed without a chance to do so itself. */
export interface Watchdog {
  /** Names the child that must not outlive this process; a later one takes the place of the one before. */
  guard(pid: number): void
  /** Everything was cleaned up in the ordinary way: the watchdog goes home. */
  dismiss(): void
}

/**
 * Starts a tiny shell in a session of its own that waits for the end of its stdin, which the kernel closes
 * however this process ends. It then stops the guarded child at once and removes `directory`.
 */
export function startWatchdog(directory: string): Watchdog {
  const child = spawn('/bin/sh', ['-c', script, 'prisma-iam-watchdog', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  })
  const { stdin } = child
  stdin.on('error', () => {})
  child.on('error', () => {})
  child.unref()
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return {
    guard: (pid) => void stdin.write(`${pid}\n`),
    dismiss: () => void stdin.end('dismiss\n'),
  }
}

// SIGQUIT is PostgreSQL's immediate shutdown: the postmaster takes its own children along.
const script = `
pid=
while read -r line; do
  if [ "$line" = dismiss ]; then exit 0; fi
  pid=$line
done
if [ -n "$pid" ]; then
  kill -QUIT "$pid"
  tries=0
  while kill -0 "$pid" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid"
fi
rm -rf -- "$1" || { sleep 0.5; rm -rf -- "$1"; }
`
