import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Emulator, EmulatorOptions } from '../../emulator/index.ts'
import { PrismaIamError } from '../../errors.ts'
import type { Shell } from '../command.ts'

interface Flags extends EmulatorOptions {
  json?: boolean
}

/** `prisma-iam emulator`: runs the local server until a signal or the end of its parent process ends it. */
export function emulatorCommand(shell: Shell, parent: () => number = () => process.ppid): Command {
  return new Command('emulator')
    .description('Runs a local server: real PostgreSQL behind a login that verifies IAM tokens.')
    .addOption(new Option('--service <service>', 'what to emulate').choices(['rds', 'dsql']).makeOptionMandatory())
    .option('--port <port>', 'port to listen on (default: a free one)', port)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--sign-host <host>', 'AWS endpoint to pretend to be, as tokens and TLS must name it')
    .option('--region <region>', 'AWS region (default: as in the sign host, or eu-west-1)')
    .option('--database <name>', 'rds: the first database (default: postgres)')
    .option('--admin <user>', 'rds: name of the master (default: postgres)')
    .addOption(
      new Option('--admin-auth <way>', 'rds: how the master logs in (default: iam)').choices(['iam', 'password']),
    )
    .option('--directory <path>', 'keep data and ca.pem here between runs')
    .option('--upstream <url>', 'superuser URL of a PostgreSQL to use instead of starting one')
    .option('--json', 'print one JSON object when ready')
    .action((flags: Flags) => run(shell, flags, parent))
}

async function run({ print, signal }: Shell, { json = false, ...options }: Flags, parent: () => number): Promise<void> {
  const parentAtStart = parent()
  if (signal.aborted) return
  const { startEmulator } = await import('../../emulator/index.ts')
  const emulator = await startEmulator({
    ...options,
    onEvent(event) {
      if (event.type === 'refused') print.story(`refused ${event.user}: ${event.reason}, ${event.detail}`)
      if (event.type === 'failed') print.story(`failed ${event.user}: ${event.detail}`)
    },
  }).catch((error: unknown) => {
    throw isOfListening(error) ? unheard(error, options) : error
  })
  try {
    if (json) print.result(JSON.stringify(readyLine(emulator)))
    else for (const line of instructions(emulator)) print.result(line)
    while (!signal.aborted && parent() === parentAtStart) await sleep(500, undefined, { signal }).catch(() => {})
  } finally {
    await emulator.stop()
  }
}

function isOfListening(error: unknown): error is NodeJS.ErrnoException {
  return (error as NodeJS.ErrnoException | undefined)?.syscall === 'listen'
}

function unheard(cause: NodeJS.ErrnoException, { host = '127.0.0.1', port }: EmulatorOptions): PrismaIamError {
  const hint =
    cause.code === 'EADDRNOTAVAIL'
      ? 'give --host an address of this machine, or leave it out'
      : 'give --port another number, or leave it out for a free one'
  const taken = cause.code === 'EADDRINUSE' ? 'somebody listens there already' : String(cause.code)
  return new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `no listening on ${host}:${port ?? 0}: ${taken}`, {
    hint,
    cause,
  })
}

function readyLine(emulator: Emulator): Record<string, unknown> {
  const { service, host, port, signHost, signPort, region, database, admin, adminPassword, caFile } = emulator
  const { accessKeyId, secretAccessKey, arn } = emulator
  const where = { service, host, port, signHost, signPort, region, database, admin }
  const password = adminPassword === undefined ? {} : { adminPassword }
  return { ready: true, ...where, ...password, caFile, accessKeyId, secretAccessKey, arn }
}

function instructions(emulator: Emulator): string[] {
  const { service, host, port, signHost, signPort, region, adminPassword } = emulator
  const password = adminPassword === undefined ? '"$(npx prisma-iam token)"' : `'${adminPassword}'`
  return [
    `${service === 'rds' ? 'Aurora PostgreSQL' : 'Aurora DSQL'} emulator on ${host}:${port}, pretending to be ${signHost}`,
    '',
    `  export DATABASE_URL='${urlOf(emulator)}'`,
    `  export AWS_ACCESS_KEY_ID='${emulator.accessKeyId}'`,
    `  export AWS_SECRET_ACCESS_KEY='${emulator.secretAccessKey}'`,
    `  export AWS_REGION='${region}'`,
    '',
    ...asRole(emulator),
    'A shell:',
    `  PGPASSWORD=${password} psql "$DATABASE_URL"`,
    '',
    ...(service === 'rds' && signPort !== 5432
      ? [`Tokens name another port than 5432: pass signPort: ${signPort}.`]
      : []),
    `The keys are those of ${emulator.arn}. The emulator ends with Ctrl-C, or with the shell that started it.`,
  ]
}

/** The app is somebody smaller than the admin that the URL names. */
function asRole({ service, admin, arn }: Emulator): string[] {
  const mapped = service === 'dsql' ? `, once \`iam\` of that role in prisma.config.ts names ${arn}` : ''
  return [
    `The app, as the role app${mapped}:`,
    `  DATABASE_URL="\${DATABASE_URL/${encodeURIComponent(admin)}@/app@}" npm start`,
    '',
  ]
}

/** libpq and this package read the same URL: the name to verify and sign for, the address to dial, the root to trust. */
function urlOf({ host, port, signHost, database, admin, caFile }: Emulator): string {
  const url = new URL(`postgresql://${encodeURIComponent(admin)}@${signHost}:${port}/${encodeURIComponent(database)}`)
  url.searchParams.set('hostaddr', host === '0.0.0.0' ? '127.0.0.1' : host)
  url.searchParams.set('sslmode', 'verify-full')
  url.search += `&sslrootcert=${encodeURI(caFile)}`
  return url.href
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a number from 0 to 65535.')
  return value
}
