import { readFileSync } from 'node:fs'
import { PrismaIamError } from '../errors.ts'
import { resolveAuth } from './auth.ts'
import { parseConnectionUrl, type UrlParts } from './connection-url.ts'
import type { Edges, IamOptions } from './options.ts'
import { resolvePacing, resolvePool } from './pool.ts'
import { Problems } from './problems.ts'
import type { Resolved } from './resolved.ts'
import { checkShape } from './shape.ts'
import { resolveTarget } from './target.ts'
import { resolveTls } from './tls.ts'

/**
 * Options, environment and defaults made one; the only file read is the CA file, and `.env` where nothing says how to connect.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem at once.
 */
export function resolve(given: IamOptions = {}, edges: Edges & { readFile?: (path: string) => string } = {}): Resolved {
  const { env = process.env, readFile = (path: string) => readFileSync(path, 'utf8') } = edges
  const problems = new Problems()
  if (env.NODE_PG_FORCE_NATIVE !== undefined)
    problems.add('NODE_PG_FORCE_NATIVE makes `pg` use libpq, which asks for no token at a login: unset it')
  const options = checkShape(given, problems)
  const url = readUrl(options, env, problems)
  if (url === undefined) {
    resolvePool(options, {}, undefined, problems)
    resolvePacing(options, undefined, problems)
    throw invalid(problems)
  }
  const target = resolveTarget(options, url, env, problems)
  const auth = resolveAuth(options, url, env, target, problems)
  const tls = resolveTls(
    options,
    url,
    env,
    { needed: auth?.kind === 'iam' || target?.endpoint.service !== 'postgresql', readFile },
    problems,
  )
  const pool = resolvePool(options, url, target?.endpoint, problems)
  const pacing = resolvePacing(options, target?.endpoint, problems)
  const user =
    options.user ??
    url.user ??
    env.PGUSER ??
    problems.add('no user: pass `user`, put it in the URL (postgresql://USER@…) or set PGUSER')
  const database =
    options.database ?? url.database ?? env.PGDATABASE ?? (target?.endpoint.service === 'dsql' ? 'postgres' : undefined)
  if (!database)
    problems.add('no database: pass `database`, put it at the end of the URL (…/DATABASE) or set PGDATABASE')
  if (problems.list.length > 0 || !target || !auth || !tls || !user || !database) {
    throw invalid(problems, !env.DATABASE_URL && target === undefined && isInDotEnv(readFile) ? dotEnv : undefined)
  }
  return Object.freeze({
    ...target,
    user,
    database,
    schema: options.schema ?? url.schema,
    auth,
    tls,
    pool,
    pacing,
    statementCache: options.statementCache ?? url.statementCache ?? target.endpoint.capabilities.statementCache,
    adapter: options.adapter ?? {},
  })
}

function readUrl(options: IamOptions, env: NonNullable<Edges['env']>, problems: Problems): UrlParts | undefined {
  if (typeof options.url === 'string') return parseConnectionUrl(options.url, '`url`', problems)
  if (env.DATABASE_URL) return parseConnectionUrl(env.DATABASE_URL, 'DATABASE_URL', problems)
  return {}
}

/** Prisma 6 read that file by itself; neither Prisma 7 nor Node does. */
const dotEnv =
  "the file .env sets DATABASE_URL, but nothing has read it: begin with `import 'dotenv/config'`, or run `node --env-file=.env`"

/** Looked at only after a failure, to tell why. */
function isInDotEnv(readFile: (path: string) => string): boolean {
  try {
    return /^\s*(export\s+)?DATABASE_URL\s*=/m.test(readFile('.env'))
  } catch {
    return false
  }
}

function invalid(problems: Problems, reason?: string): PrismaIamError {
  const count = problems.list.length
  const advice = problems.list.some((problem) => problem.startsWith('no '))
    ? 'a complete example is iamAdapter({ url: "postgresql://app@HOST/DATABASE" }) or DATABASE_URL with the same text'
    : 'correct what is listed; docs/connect.md says where each option comes from'
  return new PrismaIamError(
    'PRISMA_IAM_CONFIG_INVALID',
    `the connection cannot be made from what was given (${count} problem${count === 1 ? '' : 's'}):`,
    { problems: problems.list, hint: reason ?? advice },
  )
}
