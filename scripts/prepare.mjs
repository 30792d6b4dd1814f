import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own folder; every script runs from here. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Installs, builds and generates what is missing or out of date; does nothing a second time. */
export function prepare({ say = () => undefined } = {}) {
  process.chdir(root)
  // Install scripts stay off: nothing here needs one, and many places forbid them.
  refresh('installed packages', 'node_modules', ['package-lock.json'], say, () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
  )
  refresh(
    'build',
    'dist',
    ['src', 'tsdown.config.ts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'],
    say,
    () => {
      run(bin('tsdown'), ['--logLevel', 'error'])
    },
  )
  for (const folder of ['.', 'examples/dsql']) {
    refresh(`Prisma client of ${folder}`, `${folder}/generated/prisma`, [`${folder}/prisma/schema.prisma`], say, () =>
      run(bin('prisma'), ['generate', '--generator', 'client'], { cwd: join(root, folder) }),
    )
  }
}

/** Runs a program to its end with its output kept back; shows it and throws when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options })
  if (done.status === 0) return done.stdout
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}\n`)
  throw new Error(`${[command, ...args].join(' ')} failed${done.error ? `: ${done.error.message}` : ''}`)
}

/** The path of an installed package's program. */
export function bin(name) {
  return join(root, 'node_modules', '.bin', name)
}

/** Makes an output anew when its inputs are not those that it was made from. */
export function refresh(what, output, inputs, say, make) {
  const stamp = join(root, output, '.made-from')
  const now = fingerprint(inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  const started = performance.now()
  if (basename(output) !== 'node_modules') rmSync(join(root, output), { recursive: true, force: true })
  make()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, now)
  say(what, performance.now() - started)
}

function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.version)
  for (const path of inputs.flatMap((input) => files(join(root, input))))
    hash.update(relative(root, path)).update(readFileSync(path))
  return hash.digest('hex')
}

function files(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)))
}
