import 'server-only'
import { iamAdapter } from 'prisma-iam'
import { PrismaClient } from '../generated/prisma/client.ts'

const kept = globalThis as typeof globalThis & { prisma?: PrismaClient }

/**
 * One client a process, and so one pool: each edit in development runs this module anew, and a bundle can hold it twice.
 * It reads the environment and connects at the first query, so `next build` needs neither credentials nor a database.
 */
export const prisma = kept.prisma ?? new PrismaClient({ adapter: iamAdapter() })

kept.prisma = prisma
