import { PrismaIamError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'

/** The flags that are ours; `config` is ours and Prisma's. */
export interface OwnFlags {
  json: boolean
  skipRoles: boolean
  lockTimeoutMs: number
  config: string | undefined
}

/** Verbs of `prisma migrate` and their flags in Prisma 7.10; `1` for those that take a value. */
const prismaFlags: Record<string, Record<string, 0 | 1>> = {
  deploy: { schema: 1 },
  status: { schema: 1 },
  resolve: { schema: 1, applied: 1, 'rolled-back': 1 },
  diff: {
    'from-empty': 0,
    'to-empty': 0,
    'from-schema': 1,
    'to-schema': 1,
    'from-migrations': 1,
    'to-migrations': 1,
    'from-config-datasource': 0,
    'to-config-datasource': 0,
    script: 0,
    'exit-code': 0,
    output: 1,
  },
}

const ownFlags: Record<string, Record<string, 0 | 1>> = {
  deploy: { json: 0, 'skip-roles': 0, 'lock-timeout': 1 },
}

/**
 * Tells the verb, our flags and Prisma's apart; what stands behind `--` goes to Prisma unseen.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID for a verb or flag that neither knows, with the nearest name.
 */
export function splitArguments(words: readonly string[]): { verb: string; own: OwnFlags; prisma: string[] } {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const rest = words.slice(0, end)
  const verb = rest[0] === undefined || rest[0].startsWith('-') ? 'deploy' : (rest.shift() as string)
  const known = prismaFlags[verb]
  if (known === undefined) throw usage(`unknown verb \`${verb}\`${didYouMean(verb, Object.keys(prismaFlags))}`)
  const ours = { config: 1 as const, ...ownFlags[verb] }
  const given = new Map<string, string>()
  const prisma: string[] = []
  while (rest.length > 0) {
    const { name, value, words: taken } = takeFlag(rest, { ...known, ...ours })
    if (name in ours) given.set(name, value)
    if (name in known || name === 'config') prisma.push(...taken)
  }
  return { verb, own: readOwn(given), prisma: [...prisma, ...words.slice(end + 1)] }
}

function takeFlag(rest: string[], known: Record<string, 0 | 1>): { name: string; value: string; words: string[] } {
  const word = rest.shift() as string
  const [flag = '', inline] = word.split(/=(.*)/s)
  const name = flag === '-o' ? 'output' : flag.replace(/^--/, '')
  const values = flag.startsWith('-') ? known[name] : undefined
  if (values === undefined) {
    throw usage(
      `unknown ${word.startsWith('-') ? 'flag' : 'word'} \`${flag}\`${didYouMean(
        flag,
        Object.keys(known).map((key) => `--${key}`),
      )}`,
    )
  }
  if (values === 0) return { name, value: '', words: [word] }
  if (inline !== undefined) return { name, value: inline, words: [word] }
  const value = rest.shift()
  if (value === undefined) throw usage(`\`${flag}\` needs a value`)
  return { name, value, words: [word, value] }
}

function readOwn(given: Map<string, string>): OwnFlags {
  const seconds = Number(given.get('lock-timeout') ?? '300')
  if (!Number.isFinite(seconds) || seconds < 0) throw usage('`--lock-timeout` must be a number of seconds')
  return {
    json: given.has('json'),
    skipRoles: given.has('skip-roles'),
    lockTimeoutMs: seconds * 1000,
    config: given.get('config'),
  }
}

function usage(problem: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`prisma-iam migrate\`: ${problem}`, {
    hint: 'see `prisma-iam migrate --help`',
  })
}
