import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { isPrismaIamError } from '../errors.ts'
import type { ExitCode, Shell } from './command.ts'
import { createPrint } from './print.ts'

type World = Pick<NodeJS.Process, 'env' | 'cwd' | 'on' | 'off'> & {
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}

/** From argv to an exit code; each command's module is loaded only when it is called. */
export async function main(argv: readonly string[], world: World): Promise<ExitCode> {
  const print = createPrint(world.stdout, world.stderr)
  const { signal, received, release } = listenForSignals(world)
  let exitCode: ExitCode = 0
  let begun = false
  const shell: Shell = {
    print,
    env: world.env,
    cwd: world.cwd(),
    signal,
    begin: () => {
      begun = true
    },
    exit: (code) => {
      exitCode = code
    },
  }
  try {
    const words = argv[0] === 'help' ? helpWords(argv.slice(1)) : argv
    const program = await createProgram(words, shell)
    await program.parseAsync([...words], { from: 'user' })
    return received()?.code ?? exitCode
  } catch (error) {
    const stopped = received()
    if (stopped === undefined) return report(error, begun, shell)
    print.failure(`stopped by ${stopped.name}`)
    return stopped.code
  } finally {
    print.rest()
    release()
  }
}

/** Commander shows the help of whatever it knows before it tells what it does not. */
function helpWords([name, ...rest]: readonly string[]): readonly string[] {
  if (name === undefined) return ['--help']
  return Object.hasOwn(commands, name) ? [name, ...rest, '--help'] : [name]
}

/** Names and one line each stand here, so that `--help` loads no command. */
const commands: Record<string, { summary: string; load: (shell: Shell, argv: readonly string[]) => Promise<Command> }> =
  {
    migrate: {
      summary: "Prisma's own migrate as the admin, then hooks and roles",
      load: async (shell, argv) => (await import('./commands/migrate.ts')).migrateCommand(shell, argv),
    },
    roles: {
      summary: 'what would change about the declared roles, or change it',
      load: async (shell) => (await import('./commands/roles.ts')).rolesCommand(shell),
    },
    token: {
      summary: 'a freshly signed token on stdout',
      load: async (shell) => (await import('./commands/token.ts')).tokenCommand(shell),
    },
    lint: {
      summary: 'what becomes of the migrations on Aurora DSQL, statement by statement',
      load: async (shell) => (await import('./commands/lint.ts')).lintCommand(shell),
    },
    emulator: {
      summary: 'a local server that verifies tokens in front of real PostgreSQL',
      load: async (shell) => (await import('./commands/emulator.ts')).emulatorCommand(shell),
    },
  }

async function createProgram(argv: readonly string[], shell: Shell): Promise<Command> {
  const program = configure(new Command('prisma-iam'), shell)
    .description('Passwordless Prisma on RDS, Aurora PostgreSQL and Aurora DSQL.')
    .version(version(), '-v, --version')
    .helpCommand(false)
  const called = argv.find((word) => !word.startsWith('-'))
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = name === called ? configure(await load(shell, argv), shell) : new Command(name)
    program.addCommand(command.summary(summary))
  }
  return program
}

/** Commander must neither end the process nor write past `print`. */
function configure(command: Command, { print }: Shell): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => print.result(text.trimEnd()),
    writeErr: (text) => print.story(text.trimEnd()),
    outputError: (text) =>
      print.failure(`${text.trimEnd().replace(/^error: /, '')}\nHint: see \`${called(command)} --help\``),
  })
  for (const child of command.commands) configure(child, { print } as Shell)
  return command
}

function called(command: Command): string {
  return command.parent === null ? command.name() : `${called(command.parent)} ${command.name()}`
}

function version(): string {
  const manifest = createRequire(import.meta.url)('prisma-iam/package.json') as { version: string }
  return manifest.version
}

const usageCodes = [
  'PRISMA_IAM_CONFIG_INVALID',
  'PRISMA_IAM_CONFIG_LOAD',
  'PRISMA_IAM_MIGRATE_FILES',
  'PRISMA_IAM_ROLES_INVALID',
  'PRISMA_IAM_ROLES_UNKNOWN',
  'PRISMA_IAM_ROLES_PROTECTED',
  'PRISMA_IAM_ROLES_REPORT',
]

function report(error: unknown, begun: boolean, { print }: Shell): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (isPrismaIamError(error)) {
    print.failure(`${error.message}\n(${error.code})`)
    return usageCodes.includes(error.code) && !begun ? 2 : 1
  }
  print.failure(error instanceof Error ? error.message : String(error))
  return 1
}

const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const
type Stopper = keyof typeof signalCodes

/** GNU `timeout` and terminals signal the process and its group, so that one wish arrives twice. */
const echoMs = 1000

/** The first signal stops what runs; a later one of its kind finds Node's own way, and ends the process at once. */
function listenForSignals(world: World): {
  signal: AbortSignal
  received: () => { name: Stopper; code: ExitCode } | undefined
  release: () => void
} {
  const controller = new AbortController()
  let received: { name: Stopper; code: ExitCode } | undefined
  const names = Object.keys(signalCodes) as Stopper[]
  const handlers = names.map((name) => {
    const off = () => world.off(name, handler)
    const handler = () => {
      if (received?.name !== name) setTimeout(off, echoMs).unref()
      received ??= { name, code: signalCodes[name] }
      controller.abort()
    }
    world.on(name, handler)
    return off
  })
  return { signal: controller.signal, received: () => received, release: () => void handlers.map((off) => off()) }
}
