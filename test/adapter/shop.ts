import { readdirSync, readFileSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

/** The shop's tables in a PostgreSQL of their own. */
export interface ShopPostgres extends TestPostgres {
  shopUrl: string
  /** A superuser in the shop's database, beside every client under test. */
  beside: pg.Client
}

export async function shopPostgres(): Promise<ShopPostgres> {
  const postgres = await testPostgres()
  const database = await postgres.createDatabase()
  const beside = await postgres.connect({ database })
  const names = readdirSync('prisma/migrations').filter((name) => !name.includes('.'))
  for (const name of names.sort()) await beside.query(readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'))
  return { ...postgres, shopUrl: postgres.urlOf(database), beside }
}

/** A client of the shop and every statement that it sends. */
export function shopClient(url: string, Client: typeof PrismaClient = PrismaClient) {
  const adapter = new PrismaPg({ connectionString: url, max: 20 })
  const prisma = new Client({ adapter, log: [{ level: 'query', emit: 'event' }] })
  const statements: string[] = []
  prisma.$on('query', ({ query }) => statements.push(query))
  return { prisma, statements }
}
