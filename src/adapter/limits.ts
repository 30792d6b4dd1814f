import { DriverAdapterError } from '@prisma/driver-adapter-utils'

/**
 * Adds to a server's refusal what the limit is and what to write instead: Prisma shows the message and drops the rest.
 */
export async function withLimitsTold<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send()
  } catch (error) {
    throw told(error) ?? error
  }
}

function told(error: unknown): DriverAdapterError | undefined {
  const cause = (error as Partial<DriverAdapterError> | undefined)?.cause
  if (typeof cause !== 'object' || cause.kind !== 'postgres' || cause.code !== '54000') return undefined
  const advice = limits.find(({ text }) => text.test(cause.message))?.advice
  if (advice === undefined) return undefined
  const message = `${cause.message}: ${advice}`
  return new DriverAdapterError({ ...cause, message, originalMessage: message })
}

/** Aurora DSQL's texts and quotas (AWS quotas page and reports of users, up to 2026-10). */
const limits: readonly { text: RegExp; advice: string }[] = [
  {
    text: /^transaction row limit exceeded/,
    advice: 'one transaction on Aurora DSQL changes at most 3,000 rows; write in parts, each a transaction of its own',
  },
  {
    text: /^transaction size limit/,
    advice: 'one transaction on Aurora DSQL changes at most 10 MiB; write in parts, each a transaction of its own',
  },
  {
    text: /^transaction age limit/,
    advice: 'a transaction on Aurora DSQL ends after 5 minutes; do slow work before or after it',
  },
]
