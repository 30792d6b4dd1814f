import { spawn } from 'node:child_process'
import { chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Who runs PostgreSQL. It refuses to run as root, so root hands it to nobody. */
export interface Account {
  /** Merged into the options of `spawn`. */
  identity: { uid: number; gid: number } | Record<string, never>
  /** Gives a directory and all below it to the account. */
  own(directory: string): Promise<void>
  /** How a child whose working directory is `directory` is to name it. */
  nameOfCwd(directory: string): string
}

const nobody = 65534

/** The account for servers started by this process. */
export function serverAccount(uid: number | undefined = process.getuid?.()): Account {
  if (uid !== 0) return { identity: {}, own: async () => {}, nameOfCwd: (directory) => directory }
  return {
    identity: { uid: nobody, gid: nobody },
    async own(directory) {
      await chown(directory, nobody, nobody)
      for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), nobody, nobody)
      }
    },
    // A working directory is kept by those who could not enter it themselves, below /root for one; Linux names it so.
    nameOfCwd: (directory) => (process.platform === 'linux' ? '/proc/self/cwd' : directory),
  }
}

/** Whether `account` can start `program`, which has to know `--version`. */
export function canRun(program: string, env: NodeJS.ProcessEnv, account: Account): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['--version'], { env, cwd: '/', stdio: 'ignore', ...account.identity })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
