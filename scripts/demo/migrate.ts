import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** `npx prisma-iam migrate` as a deploy step would run it; answers its result from stdout. */
export async function migrate(
  folder: string,
  env: Record<string, string>,
): Promise<{ migrations: string[]; roles: string[] }> {
  // The emulator lets a new role in at once, where AWS takes its time.
  const args = [join(root, 'dist/cli/bin.mjs'), 'migrate', '--json', '--login-wait', '0']
  const child = spawn(process.execPath, args, {
    cwd: join(root, folder),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TMPDIR: process.env.TMPDIR ?? '/tmp', ...env },
  })
  let result = ''
  let story = ''
  child.stdout.on('data', (chunk) => {
    result += chunk
  })
  child.stderr.on('data', (chunk) => {
    story += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`prisma-iam migrate ended with ${code}:\n${story}`)
  return JSON.parse(result)
}
