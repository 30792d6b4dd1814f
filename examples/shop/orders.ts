// Each program that shares this file says in `paths` of its tsconfig.json which generated client is its own.
import type { PrismaClient } from '@shop/client'

/** What the shop does with its database; demo, tests and examples share it. */

/** A product line of an order that is to be placed. */
export interface Wish {
  sku: string
  quantity: number
}

/** Fills an empty shop with things to sell; a second call changes nothing. */
export async function stockShelves(prisma: PrismaClient): Promise<void> {
  const category = await prisma.category.upsert({
    where: { slug: 'coffee' },
    create: { slug: 'coffee', name: 'Coffee', parent: { connect: { slug: 'all' } } },
    update: {},
  })
  for (const [sku, name, price] of catalogue) {
    await prisma.product.upsert({
      where: { sku },
      create: { sku, name, price, attributes: { roast: 'medium' }, categoryId: category.id },
      update: {},
    })
  }
}

const catalogue = [
  ['BEAN-1', 'House beans, 1 kg', '18.50'],
  ['BEAN-2', 'Single origin, 250 g', '11.90'],
  ['FILTER', 'Paper filters, 100', '4.20'],
] as const

/** Places an order with its lines and its payment in one transaction. */
export async function placeOrder(prisma: PrismaClient, number: string, email: string, wishes: readonly Wish[]) {
  return prisma.$transaction(async (tx) => {
    const products = await tx.product.findMany({ where: { sku: { in: wishes.map(({ sku }) => sku) } } })
    const lines = wishes.map(({ sku, quantity }) => {
      const product = products.find((candidate) => candidate.sku === sku)
      if (!product) throw new Error(`no product ${sku}`)
      return { productId: product.id, quantity, price: product.price }
    })
    const total = lines.reduce(
      (sum, { price, quantity }) => price.mul(quantity).add(sum),
      products[0]?.price.mul(0) ?? 0,
    )
    return tx.order.create({
      data: {
        number,
        total,
        customer: { connectOrCreate: { where: { email }, create: { email, name: email.split('@')[0] ?? email } } },
        items: { create: lines },
        payments: { create: { amount: total, method: 'card', detail: { brand: 'visa' } } },
      },
      include: { items: { include: { product: true } }, customer: true, payments: true },
    })
  })
}

/** What was sold so far. */
export async function sales(prisma: PrismaClient) {
  const { _sum, _count } = await prisma.order.aggregate({ _sum: { total: true }, _count: true })
  return { orders: _count, revenue: _sum.total?.toFixed(2) ?? '0.00' }
}
