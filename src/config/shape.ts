import { adapterOptionNames, type IamOptions, optionNames, poolOptionNames } from './options.ts'
import type { Problems } from './problems.ts'
import { verified } from './tls.ts'

/** What is left when every option of a wrong type has become a problem, and every unknown one. */
export function checkShape(options: IamOptions, problems: Problems): IamOptions {
  if (!object.fits(options)) {
    problems.add('the options must be an object, such as { url: "postgresql://app@HOST/DATABASE" }')
    return {}
  }
  problems.addUnknownKeys(options, optionNames, 'option', { elsewhere })
  const wrong = optionNames.filter((name) => options[name] !== undefined && !shapes[name].fits(options[name]))
  for (const name of wrong) problems.add(`\`${name}\` must be ${shapes[name].words}`)
  const right = Object.fromEntries(Object.entries(options).filter(([name]) => !(wrong as string[]).includes(name)))
  const { tls, adapter } = right as IamOptions
  if (tls)
    problems.addUnknownKeys(tls, ['ca', 'caFile'], 'option', {
      owner: 'tls',
      elsewhere: { rejectUnauthorized: verified },
    })
  if (adapter) problems.addUnknownKeys(adapter, adapterOptionNames, 'option', { owner: 'adapter' })
  return right
}

/** What people know from `pg`, from Prisma's own adapters and from other connectors. */
const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(poolOptionNames.map((name) => [name, `it stands in \`pool\`: { pool: { ${name} } }`])),
  ...Object.fromEntries(['connectionString', 'uri', 'databaseUrl'].map((name) => [name, 'it is `url` here'])),
  ...Object.fromEntries(
    ['ca', 'caFile', 'sslrootcert'].map((name) => [name, 'it stands in `tls`: { tls: { caFile } }']),
  ),
  ...Object.fromEntries(['ssl', 'sslmode', 'rejectUnauthorized'].map((name) => [name, verified])),
  username: 'it is `user` here',
  hostname: 'it is `host` here',
  awsRegion: 'it is `region` here',
}

interface Shape {
  fits: (value: unknown) => boolean
  words: string
}

const text: Shape = {
  fits: (value) => typeof value === 'string' && value !== '',
  words: 'a string that is not empty',
}
const object: Shape = {
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  words: 'an object',
}
/** Checked where its range is. */
const checkedLater: Shape = { fits: () => true, words: '' }

const shapes: Record<keyof IamOptions, Shape> = {
  url: text,
  host: text,
  port: checkedLater,
  user: text,
  database: text,
  schema: text,
  signHost: text,
  signPort: checkedLater,
  service: checkedLater,
  region: text,
  profile: text,
  credentials: {
    fits: (value) => typeof value === 'function' || isKeys(value),
    words: 'a provider (a function), or an object with `accessKeyId` and `secretAccessKey`',
  },
  tokenLifetimeMs: checkedLater,
  tls: object,
  password: {
    fits: (value) => typeof value === 'string' || typeof value === 'function',
    words: 'a string or a function',
  },
  pool: object,
  pacing: object,
  statementCache: {
    fits: (value) => Number.isInteger(value) && (value as number) >= 0,
    words: 'a whole number from 0',
  },
  adapter: object,
}

function isKeys(value: unknown): boolean {
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Record<string, unknown>
  return text.fits(accessKeyId) && text.fits(secretAccessKey)
}
