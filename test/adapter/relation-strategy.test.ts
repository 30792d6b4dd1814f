import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PrismaClient } from '../../generated/prisma/client.ts'
import { dsql } from '../../src/adapter/dsql-extension.ts'
import { type ShopPostgres, shopClient, shopPostgres } from './shop.ts'

const folder = resolve('.cache/relation-joins')
let postgres: ShopPostgres
let prisma: PrismaClient
let statements: string[]
let extended: PrismaClient

beforeAll(async () => {
  const [server, Joining] = await Promise.all([shopPostgres(), generateJoining()])
  postgres = server
  ;({ prisma, statements } = shopClient(postgres.shopUrl, Joining))
  extended = prisma.$extends(dsql()) as unknown as PrismaClient
})
afterAll(async () => {
  await prisma.$disconnect()
  await postgres.stop()
})
beforeEach(() => reset())

/** Equal rows with equal ids before each call. */
async function reset(): Promise<void> {
  const [all, tea] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']
  await postgres.beside.query('TRUNCATE "Category" CASCADE')
  await postgres.beside.query(
    'INSERT INTO "Category" (id, slug, name, "parentId") VALUES ($1, $2, $2, NULL), ($3, $4, $4, $1)',
    [all, 'all', tea, 'tea'],
  )
}

/** The shop's client with the preview feature. */
async function generateJoining(): Promise<typeof PrismaClient> {
  const schema = readFileSync('prisma/schema.prisma', 'utf8').replace(
    /output .*/,
    `output = "${join(folder, 'client')}"\n  previewFeatures = ["relationJoins"]`,
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'schema.prisma'), schema)
  const cli = resolve('node_modules/prisma/build/index.js')
  // Generating runs no engine, but would fetch one over the network if it were not told of any.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], { cwd: folder, env })
  return (await import(join(folder, 'client/client.ts'))).PrismaClient
}

/** What a call answers and how many of its statements join LATERAL. */
async function laterals(client: PrismaClient, run: (client: PrismaClient) => Promise<unknown>) {
  statements.length = 0
  const answer = await run(client)
  return { answer, laterals: statements.filter((sql) => /\bLATERAL\b/i.test(sql)).length }
}

const include = { children: { include: { products: true } }, parent: true, _count: { select: { products: true } } }
const select = { slug: true, children: { select: { slug: true, parent: { select: { slug: true } } }, take: 1 } }
const where = { slug: 'all' }
const data = { slug: 'new', name: 'New', children: { create: { slug: 'nested', name: 'Nested' } } }
const named = { select: { slug: true, children: { select: { slug: true } } } }

/** The preview's argument, which the types of the shop's own client do not know. */
const findMany = (client: PrismaClient, args: object) =>
  (client.category.findMany as (args: object) => Promise<unknown>)(args)

const joining: [string, (client: PrismaClient) => Promise<unknown>][] = [
  ['findUnique', ({ category }) => category.findUnique({ where, include })],
  ['findUniqueOrThrow', ({ category }) => category.findUniqueOrThrow({ where, include })],
  ['findFirst', ({ category }) => category.findFirst({ where, include })],
  ['findFirstOrThrow', ({ category }) => category.findFirstOrThrow({ where, select })],
  ['findMany', ({ category }) => category.findMany({ include, orderBy: { slug: 'asc' } })],
  ['findMany that selects', ({ category }) => category.findMany({ select, orderBy: { slug: 'asc' } })],
  ['the fluent way', ({ category }) => category.findUnique({ where }).children({ include: { products: true } })],
  ['create', ({ category }) => category.create({ data, ...named })],
  ['update', ({ category }) => category.update({ where, data: { name: 'Every' }, include })],
  ['upsert that updates', ({ category }) => category.upsert({ where, update: {}, create: data, include })],
  [
    'upsert that creates',
    ({ category }) => category.upsert({ where: { slug: 'new' }, update: {}, create: data, ...named }),
  ],
  ['delete', ({ category }) => category.delete({ where: { slug: 'tea' }, include })],
  ['an interactive transaction', (client) => client.$transaction((tx) => tx.category.findMany({ include }))],
  ['a batch', (client) => client.$transaction([client.category.findMany({ include })])],
  ['an explicit undefined', (client) => findMany(client, { include, relationLoadStrategy: undefined })],
]

const neverJoining: [string, (client: PrismaClient) => Promise<unknown>][] = [
  [
    'createManyAndReturn',
    ({ category }) =>
      category.createManyAndReturn({ data: [{ slug: 'a', name: 'A' }], include: { parent: true }, omit: { id: true } }),
  ],
  [
    'updateManyAndReturn',
    ({ category }) => category.updateManyAndReturn({ where, data: { name: 'Every' }, include: { parent: true } }),
  ],
  ['createMany', ({ category }) => category.createMany({ data: [{ slug: 'a', name: 'A' }] })],
  [
    'updateMany',
    ({ category }) => category.updateMany({ where: { children: { some: where } }, data: { name: 'Every' } }),
  ],
  ['deleteMany', ({ category }) => category.deleteMany({ where: { products: { some: { sku: 'x' } } } })],
  ['count', ({ category }) => category.count({ where: { children: { some: {} } } })],
  ['aggregate', ({ category }) => category.aggregate({ _count: true, where: { children: { none: {} } } })],
  ['groupBy', ({ category }) => category.groupBy({ by: ['name'], _count: true, orderBy: { name: 'asc' } })],
]

describe('dsql() on a client with relationJoins', () => {
  it.each(joining)('joins nothing LATERAL in %s, and answers the same', async (_, run) => {
    const joined = await laterals(prisma, run)
    await reset()
    const queried = await laterals(extended, run)
    expect(joined.laterals).toBeGreaterThan(0)
    expect(queried.laterals).toBe(0)
    expect(queried.answer).toEqual(joined.answer)
  })

  it.each(neverJoining)('leaves %s as it is: it never joins', async (_, run) => {
    const before = await laterals(prisma, run)
    await reset()
    expect(await laterals(extended, run)).toEqual({ ...before, laterals: 0 })
  })

  it('leaves a strategy alone that the call gives', async () => {
    expect(
      (await laterals(extended, (client) => findMany(client, { include, relationLoadStrategy: 'join' }))).laterals,
    ).toBe(1)
  })

  it('leaves raw queries alone', async () => {
    const raw = await laterals(
      extended,
      (client) => client.$queryRaw`SELECT x.n FROM (SELECT 1 AS m) AS y, LATERAL (SELECT y.m AS n) AS x`,
    )
    expect(raw).toEqual({ answer: [{ n: 1 }], laterals: 1 })
  })

  it('still asks once for rows that are looked up together', async () => {
    const lookUp = (slug: string) => extended.category.findUnique({ where: { slug }, include: { products: true } })
    const { answer } = await laterals(extended, () => Promise.all(['all', 'tea', 'none'].map(lookUp)))
    expect(answer).toMatchObject([{ slug: 'all', products: [] }, { slug: 'tea', products: [] }, null])
    expect(statements).toHaveLength(2)
  })
})

describe('dsql() on a client without relationJoins', () => {
  it('gives no argument that the client does not know', async () => {
    const { prisma: ordinary } = shopClient(postgres.shopUrl)
    const found = await ordinary.$extends(dsql()).category.findMany({ select, orderBy: { slug: 'asc' } })
    await ordinary.$disconnect()
    expect(found.map(({ slug }) => slug)).toEqual(['all', 'tea'])
  })
})
