'use server'

import { randomUUID } from 'node:crypto'
import { revalidatePath } from 'next/cache'
import { placeOrder, stockShelves } from '../../shop/orders.ts'
import { prisma } from '../lib/prisma.ts'

/** Places an order of one line. A server action is a public endpoint, so what comes is checked here. */
export async function order(form: FormData): Promise<void> {
  const [email, sku, quantity] = [form.get('email'), form.get('sku'), Number(form.get('quantity'))]
  if (typeof email !== 'string' || typeof sku !== 'string' || !Number.isInteger(quantity) || quantity < 1) {
    throw new Error('an order needs an e-mail address, a product and how many of it')
  }
  await stockShelves(prisma)
  await placeOrder(prisma, randomUUID(), email, [{ sku, quantity }])
  revalidatePath('/')
}
