import { retryInWords } from '../connect/retrying.ts'
import { engineBinary } from '../engine/binary.ts'
import { audienceVariable, serveLogins, socketVariable } from '../engine/login.ts'
import type { EngineNews } from '../engine/news.ts'
import { PrismaIamError } from '../errors.ts'
import { inWords } from '../steps/progress.ts'
import { adminOf } from './admin.ts'
import { adminUrl } from './admin-url.ts'
import type { IamConfig } from './iam-config.ts'

/**
 * Makes plain `npx prisma …` passwordless: use it as `datasource` of `prisma.config.ts`.
 *
 * It hands the CLI our schema engine and a URL without a secret, and answers the engine's question for a login through
 * a Unix socket of this process. Nothing is resolved before the engine asks, so `prisma generate` needs no environment.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID where JavaScript gives it nothing.
 */
export function iamDatasource(config: IamConfig): { url: string } {
  if (config === undefined)
    throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', '`iamDatasource()` was given nothing', {
      hint: 'write `datasource: iamDatasource(iam)`, with the `iam` that the file exports',
    })
  const url = adminUrl(config)
  process.env.PRISMA_SCHEMA_ENGINE_BINARY = engineBinary()
  // A socket that was merely inherited may lead to another project's database.
  const isMeant = process.env[socketVariable] !== undefined && process.env[audienceVariable] === url
  if (!isMeant) {
    process.env[socketVariable] = serveLogins(async () => (await adminOf(config)).engineLogin(), tellOf(config)).path
    delete process.env[audienceVariable]
  }
  return { url }
}

/** This process is Prisma's CLI, whose stderr people read; of the engine's own it shows them nothing. */
function tellOf(config: IamConfig): (news: EngineNews) => void {
  return (news) => {
    const line = lineOf(news, config)
    if (line !== undefined) process.stderr.write(`prisma-iam: ${line}\n`)
  }
}

function lineOf(news: EngineNews, { hooks = {}, roles = {} }: IamConfig): string | undefined {
  switch (news.kind) {
    case 'waiting':
      return `waiting for another deploy: ${news.holder}`
    case 'retrying':
      return retryInWords(news)
    case 'step':
      return inWords(news.progress)
    case 'alone':
      if (Object.keys({ ...hooks, ...roles }).length === 0) return undefined
      return 'hooks and roles did not run; `npx prisma-iam migrate` runs them too'
  }
}
