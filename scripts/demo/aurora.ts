import { events, iamAdapter } from 'prisma-iam'
import type { Emulator } from 'prisma-iam/emulator'
import { placeOrder, sales, stockShelves } from '../../examples/shop/orders.ts'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { app, type Clock, deployer, environmentOf, urlOf } from './cast.ts'
import { migrate } from './migrate.ts'
import { heading, note, refused, step } from './stage.ts'
import { passwordLogin, tokenFor } from './strangers.ts'

/** The shop on Aurora: deployed as admin, run as the small role, through many token lives. */
export async function aurora(cluster: Emulator, clock: Clock): Promise<void> {
  heading(`Aurora PostgreSQL: ${cluster.signHost}`)
  await deploy(cluster)
  await runShop(cluster, clock)
  await showRefusals(cluster, clock)
  await moveClock(cluster, clock)
}

async function deploy(cluster: Emulator): Promise<void> {
  const env = environmentOf(cluster, deployer)
  const first = await step('prisma-iam migrate, as the admin by IAM', () => migrate('.', env))
  note([...first.migrations.map((name) => `applied ${name}`), ...first.roles].join('\n'))
  const second = await step('prisma-iam migrate once more', () => migrate('.', env))
  if (second.migrations.length + second.roles.length > 0) throw new Error('the second run changed something again')
  note('nothing to do')
}

function client(cluster: Emulator, clock: Clock, pool = {}): PrismaClient {
  const { accessKeyId, secretAccessKey } = app
  const adapter = iamAdapter(
    { url: urlOf(cluster), tls: { caFile: cluster.caFile }, credentials: { accessKeyId, secretAccessKey }, pool },
    { clock: clock.now, env: {} },
  )
  return new PrismaClient({ adapter })
}

async function runShop(cluster: Emulator, clock: Clock): Promise<void> {
  const prisma = client(cluster, clock)
  try {
    await step('the shop runs as the small role `app`: orders with relations, in transactions', async () => {
      await stockShelves(prisma)
      await placeOrder(prisma, 'A-1001', 'ada@example.com', [
        { sku: 'BEAN-1', quantity: 2 },
        { sku: 'FILTER', quantity: 1 },
      ])
      await placeOrder(prisma, 'A-1002', 'grace@example.com', [{ sku: 'BEAN-2', quantity: 3 }])
    })
    const order = await prisma.order.findUniqueOrThrow({
      where: { number: 'A-1001' },
      include: { customer: true, items: { include: { product: true } } },
    })
    note(
      `order ${order.number} of ${order.customer.name}: ${order.items.map(({ quantity, product }) => `${quantity} × ${product.name}`).join(', ')}`,
    )
    const { orders, revenue } = await sales(prisma)
    note(`${orders} orders, ${revenue} in all`)
    const words = await step('`app` may not drop a table', () =>
      refused(/must be owner of table/, () => prisma.$executeRawUnsafe('DROP TABLE "Order"')),
    )
    note(words)
  } finally {
    await prisma.$disconnect()
  }
}

async function showRefusals(cluster: Emulator, clock: Clock): Promise<void> {
  const login = (token: string) => passwordLogin(cluster, 'app', token)
  const good = await tokenFor(cluster, 'app')
  await step('a token of AWS’s own signer lets psql or any client in as `app`', () => login(good))
  const tampered = good.replace(/.(?=&X-Amz-SignedHeaders)/, (char) => (char === '0' ? '1' : '0'))
  const others = await tokenFor(cluster, 'reports')
  const told = async (what: string, token: string) =>
    note(
      await step(`${what} is refused`, () => refused(/^PAM authentication failed for user "app"$/, () => login(token))),
    )
  await told('a token that was changed by one character', tampered)
  await told('a token that was signed for another user', others)
  clock.move(16)
  await told('a token that is 16 minutes old', good)
}

const lives = 8
const queriesALife = 10

async function moveClock(cluster: Emulator, clock: Clock): Promise<void> {
  let signed = 0
  const count = () => {
    signed += 1
  }
  events.tokenSigned.subscribe(count)
  // One use a connection, so that every query is a login of its own and needs a token that is good at that moment.
  const prisma = client(cluster, clock, { maxUses: 1 })
  try {
    await step(
      `${lives * queriesALife} queries, each a login of its own, while the clock runs through ${lives * 16} minutes`,
      async () => {
        for (let life = 0; life < lives; life += 1) {
          for (let query = 0; query < queriesALife; query += 1) await prisma.order.count()
          clock.move(16)
        }
      },
    )
    if (signed !== lives) throw new Error(`${signed} tokens were signed for ${lives} lives`)
    note(`${signed} tokens were signed, one for each life; no query failed`)
  } finally {
    events.tokenSigned.unsubscribe(count)
    await prisma.$disconnect()
  }
}
