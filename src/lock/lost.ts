import { PrismaIamError } from '../errors.ts'

/** Says that a deploy must not go on, because another may have begun. */
export function lockLost(fact: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_MIGRATE_LOCK_LOST', `this deploy does not hold its lock any more: ${fact}`, {
    hint: 'nothing more was sent to the database; run the command again',
  })
}
