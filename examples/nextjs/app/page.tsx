import { connection } from 'next/server'
import { prisma } from '../lib/prisma.ts'
import { order } from './actions.ts'

export default async function Page() {
  // Without it the build would draw the page, and ask a database that it does not have.
  await connection()
  const orders = await prisma.order.findMany({
    include: { customer: true, items: { include: { product: true } } },
    orderBy: { placedAt: 'desc' },
    take: 20,
  })
  return (
    <main>
      <h1>Orders</h1>
      <ul>
        {orders.map(({ id, customer, items, total }) => (
          <li key={id}>
            {`${customer.name}: ${items.map(({ quantity, product }) => `${quantity} × ${product.name}`).join(', ')}, ${total.toFixed(2)}`}
          </li>
        ))}
      </ul>
      <form action={order}>
        <input name="email" type="email" defaultValue="ada@example.com" required />
        <input name="sku" defaultValue="BEAN-1" required />
        <input name="quantity" type="number" min="1" defaultValue="1" required />
        <button type="submit">Order</button>
      </form>
    </main>
  )
}
