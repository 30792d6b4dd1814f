import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PrismaIamError } from '../../errors.ts'

/**
 * Is there a place for the file? Asked before the database is.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_REPORT` when it is a folder, or would lie in none.
 */
export async function assertWritable(file: string): Promise<void> {
  const [here, above] = await Promise.all([kindOf(file), kindOf(dirname(file))])
  if (here === 'folder') throw unwritable(`${file} is a folder`, 'name a file, such as roles.html')
  if (above !== 'folder') throw unwritable(`there is no folder ${dirname(file)}`, 'make it first')
}

/**
 * Writes a file whole or not at all: who reads it meanwhile sees the old one.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_REPORT` with the reason.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PrismaIamError('PRISMA_IAM_ROLES_REPORT', `the report could not be written: ${reason}`, { cause })
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other'
  } catch {
    return undefined
  }
}

function unwritable(message: string, hint: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_ROLES_REPORT', message, { hint })
}
