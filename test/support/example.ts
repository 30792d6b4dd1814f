import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { copyFile, cp, link, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A copy of an example that has this package as a packed tarball, in a temporary directory. */
export interface Example {
  directory: string
  /** Runs one of its npm scripts to the end and answers what it printed; the environment is only what is given. */
  script(name: string, env?: Record<string, string>): Promise<string>
  remove(): Promise<void>
}

/** Copies an example, installing it first where that is out of date: a minute at most, once. */
export async function copyExample(name: string): Promise<Example> {
  await run(process.execPath, ['scripts/prepare-example.mjs', name])
  const root = await mkdtemp(join(tmpdir(), `prisma-iam-${name}-`))
  const directory = join(root, 'examples', name)
  await cp('examples/shop', join(root, 'examples/shop'), { recursive: true })
  await cp(`examples/${name}`, directory, { recursive: true, filter: (path) => !made.has(basename(path)) })
  await linkTree(`examples/${name}/node_modules`, join(directory, 'node_modules'))
  await unpackPackage(root, join(directory, 'node_modules/prisma-iam'))
  return {
    directory,
    script: async (script, env = {}) =>
      (await run('npm', ['run', '--silent', script], { cwd: directory, env: { ...bareEnvironment(root), ...env } }))
        .stdout,
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** What a program needs to run at all; nothing of the one who runs the tests, and a home that goes with the copy. */
export function bareEnvironment(home: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: home, NEXT_TELEMETRY_DISABLED: '1' }
}

const made = new Set(['node_modules', '.next', 'dist'])

async function unpackPackage(root: string, target: string): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', root])
  const [packed] = JSON.parse(stdout) as { filename: string }[]
  await rm(target, { recursive: true })
  await mkdir(target)
  await run('tar', ['-xzf', join(root, packed?.filename ?? ''), '-C', target, '--strip-components=1'])
}

/** Hard links, because half a gigabyte takes seconds to copy and bundlers refuse symbolic links that lead elsewhere. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await linkTree(source, target)
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else await link(source, target).catch(() => copyFile(source, target, constants.COPYFILE_FICLONE))
  }
}
