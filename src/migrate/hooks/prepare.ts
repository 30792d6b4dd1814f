import { PrismaIamError } from '../../errors.ts'
import type { HookOptions } from '../iam-config.ts'
import { findHooks } from './find.ts'
import type { Hook } from './hook.ts'
import { type ReadHook, readHook } from './read.ts'

/** The hooks of a deploy, in the order in which they run. */
export interface PreparedHooks {
  before: readonly Hook[]
  after: readonly Hook[]
}

/**
 * Finds and reads every hook, so that what is wrong about one is told before the database is touched.
 *
 * @param directory what the patterns are relative to.
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem of every hook, each with its place.
 */
export async function prepareHooks(hooks: HookOptions, directory: string): Promise<PreparedHooks> {
  const { beforeMigrate = [], afterMigrate = [], variables = {} } = hooks
  const problems: string[] = []
  const prepare = async (entries: typeof beforeMigrate): Promise<Hook[]> => {
    const found = await findHooks(entries, directory)
    const read: ReadHook[] = []
    for (const source of found.sources) read.push(await readHook(source, variables))
    problems.push(...found.problems, ...read.flatMap((one) => ('problems' in one ? one.problems : [])))
    return read.flatMap((one) => ('hook' in one ? [one.hook] : []))
  }
  const prepared = { before: await prepare(beforeMigrate), after: await prepare(afterMigrate) }
  if (problems.length === 0) return prepared
  throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', 'the hooks cannot be run like this:', {
    problems: [...new Set(problems)],
    hint: 'see `hooks` in the config file, and the files themselves; nothing was done',
  })
}
