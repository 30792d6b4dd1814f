import { PrismaIamError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'

/** The flags that are ours. */
export interface OwnFlags {
  json: boolean
  skipRoles: boolean
  skipHooks: boolean
  dryRun: boolean
  lockTimeoutMs: number
  loginWaitMs: number
}

/** What was typed behind `migrate`. */
export interface MigrateArguments {
  verb: string
  own: OwnFlags
  /** The config file, which we name to Prisma ourselves. */
  config: string | undefined
  /** The schema that Prisma is told to use, too: its migrations may lie beside it. */
  schema: string | undefined
  /** For Prisma, as typed. */
  prisma: string[]
}

/** `value` for those that take one. */
type Flags = Record<string, 'alone' | 'value'>

/** Verbs of `prisma migrate` and their flags in Prisma 7.10, as its help lists them. */
const prismaFlags: Record<string, Flags> = {
  deploy: { schema: 'value' },
  status: { schema: 'value' },
  resolve: { schema: 'value', applied: 'value', 'rolled-back': 'value' },
  dev: { schema: 'value', name: 'value', 'create-only': 'alone' },
  reset: { schema: 'value', force: 'alone' },
  diff: {
    'from-empty': 'alone',
    'to-empty': 'alone',
    'from-schema': 'value',
    'to-schema': 'value',
    'from-migrations': 'value',
    'to-migrations': 'value',
    'from-config-datasource': 'alone',
    'to-config-datasource': 'alone',
    script: 'alone',
    'exit-code': 'alone',
    output: 'value',
  },
}

/** What Prisma's help lists beside them. */
const shortFlags = new Map([
  ['-o', 'output'],
  ['-n', 'name'],
  ['-f', 'force'],
])

const ownFlags: Record<string, Flags> = {
  deploy: {
    json: 'alone',
    'skip-roles': 'alone',
    'skip-hooks': 'alone',
    'dry-run': 'alone',
    'lock-timeout': 'value',
    'login-wait': 'value',
  },
}

/**
 * Tells the verb, our flags and Prisma's apart; what stands behind `--` goes to Prisma unseen.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID for a verb or flag that neither knows, with the nearest name.
 */
export function splitArguments(words: readonly string[]): MigrateArguments {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const rest = words.slice(0, end)
  const verb = rest[0] === undefined || rest[0].startsWith('-') ? 'deploy' : (rest.shift() as string)
  const known = Object.hasOwn(prismaFlags, verb) ? prismaFlags[verb] : undefined
  if (known === undefined) throw usage(`unknown verb \`${verb}\`${didYouMean(verb, Object.keys(prismaFlags))}`)
  const ours: Flags = { config: 'value', ...ownFlags[verb] }
  const given = new Map<string, string>()
  const prisma: string[] = []
  while (rest.length > 0) {
    const { name, value, words: taken } = takeFlag(rest, { ...known, ...ours })
    given.set(name, value)
    if (!Object.hasOwn(ours, name)) prisma.push(...taken)
  }
  return {
    verb,
    own: readOwn(given),
    config: given.get('config'),
    schema: given.get('schema'),
    prisma: [...prisma, ...words.slice(end + 1)],
  }
}

function takeFlag(rest: string[], known: Flags): { name: string; value: string; words: string[] } {
  const word = rest.shift() as string
  const [flag = '', inline] = word.split(/=(.*)/s)
  const name = shortFlags.get(flag) ?? (flag.startsWith('--') ? flag.slice(2) : '')
  if (!Object.hasOwn(known, name)) throw unknown(flag, known)
  if (known[name] === 'alone') {
    if (inline !== undefined) throw usage(`\`${flag}\` takes no value`)
    return { name, value: '', words: [word] }
  }
  const value = inline ?? rest.shift()
  if (value === undefined || value === '') throw usage(`\`${flag}\` needs a value`)
  return { name, value, words: inline === undefined ? [word, value] : [word] }
}

function unknown(written: string, known: Flags): PrismaIamError {
  if (Object.hasOwn(prismaFlags, written)) {
    return usage(`the verb comes first: \`prisma-iam migrate ${written} …\``)
  }
  const names = Object.keys(known).map((key) => `--${key}`)
  return usage(`unknown ${written.startsWith('-') ? 'flag' : 'word'} \`${written}\`${didYouMean(written, names)}`)
}

function readOwn(given: ReadonlyMap<string, string>): OwnFlags {
  return {
    json: given.has('json'),
    skipRoles: given.has('skip-roles'),
    skipHooks: given.has('skip-hooks'),
    dryRun: given.has('dry-run'),
    lockTimeoutMs: millisecondsOf('lock-timeout', given.get('lock-timeout') ?? '300'),
    loginWaitMs: millisecondsOf('login-wait', given.get('login-wait') ?? '30'),
  }
}

function millisecondsOf(name: string, seconds: string): number {
  if (/^\d+(\.\d+)?$/.test(seconds)) return Number(seconds) * 1000
  throw usage(`\`--${name}\` must be a number of seconds`)
}

function usage(problem: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`prisma-iam migrate\`: ${problem}`, {
    hint: 'see `prisma-iam migrate --help`',
  })
}
