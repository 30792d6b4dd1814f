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
 * Options, environment and defaults made one; the only file read is the CA file.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem at once.
 */
export function resolve(given: IamOptions = {}, edges: Edges & { readFile?: (path: string) => string } = {}): Resolved {
  const { env = process.env, readFile = (path: string) => readFileSync(path, 'utf8') } = edges
  const problems = new Problems()
  const options = checkShape(given, problems)
  const url = readUrl(options, env, problems)
  const target = resolveTarget(options, url, env, problems)
  const auth = resolveAuth(options, url, env, target?.endpoint, problems)
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
  if (problems.list.length > 0 || !target || !auth || !tls || !user || !database) throw invalid(problems)
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

function readUrl(options: IamOptions, env: NonNullable<Edges['env']>, problems: Problems): UrlParts {
  if (typeof options.url === 'string') return parseConnectionUrl(options.url, '`url`', problems)
  if (env.DATABASE_URL) return parseConnectionUrl(env.DATABASE_URL, 'DATABASE_URL', problems)
  return {}
}

function invalid(problems: Problems): PrismaIamError {
  const count = problems.list.length
  return new PrismaIamError(
    'PRISMA_IAM_CONFIG_INVALID',
    `the connection cannot be made from what was given (${count} problem${count === 1 ? '' : 's'}):`,
    {
      problems: problems.list,
      hint: problems.list.some((problem) => problem.startsWith('no '))
        ? 'a complete example is iamAdapter({ url: "postgresql://app@HOST/DATABASE" }) or DATABASE_URL with the same text'
        : 'correct what is listed; docs/connect.md says where each option comes from',
    },
  )
}
