import { readReplicas } from '@prisma/extension-read-replicas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { deployShop } from '../support/shop.ts'

let emulator: TestEmulator
beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  await deployShop(emulator)
})
afterAll(() => emulator.stop())

/** The writer and the reader of one cluster, with one provider of credentials for both. */
function open() {
  const reader = emulator.reader
  if (!reader) throw new Error('this cluster has no reader')
  const asked: number[] = []
  const { accessKeyId, secretAccessKey } = emulator
  const credentials = async () => {
    asked.push(Date.now())
    return { accessKeyId, secretAccessKey }
  }
  const atWriter = { ...emulator.options, credentials }
  const atReader = { ...atWriter, port: reader.port, signHost: reader.signHost }
  const replica = new PrismaClient({ adapter: iamAdapter(atReader, { env: {} }) })
  const prisma = new PrismaClient({ adapter: iamAdapter(atWriter, { env: {} }) }).$extends(
    readReplicas({ replicas: [replica] }),
  )
  return { prisma, asked }
}

describe('a reader beside the writer, with Prisma’s read-replica extension', () => {
  it('reads there and writes here, each with tokens of its own endpoint', async () => {
    const { prisma, asked } = open()
    const { id } = await prisma.category.create({ data: { slug: 'tea', name: 'Tea' } })
    expect(await prisma.category.findUnique({ where: { id } })).toMatchObject({ name: 'Tea' })
    const readOnly = await prisma.$replica().$queryRaw`SELECT current_setting('transaction_read_only') AS is`
    const writable = await prisma.$queryRaw`SELECT current_setting('transaction_read_only') AS is`
    expect({ readOnly, writable }).toEqual({ readOnly: [{ is: 'on' }], writable: [{ is: 'off' }] })
    await prisma.$disconnect()
    expect(asked).toHaveLength(2)
  })

  it('keeps the reader’s connection when a write strays there', async () => {
    const { prisma } = open()
    await prisma.category.count()
    emulator.forget()
    const stray = prisma.$replica().category.create({ data: { slug: 'stray', name: 'Stray' } })
    await expect(stray).rejects.toThrow(/read-only transaction/)
    expect(await prisma.category.count()).toBeGreaterThan(0)
    expect(emulator.logins()).toEqual([])
    await prisma.$disconnect()
  })
})
