import { randomUUID } from 'node:crypto'
import { BadRequestException, Body, Controller, Get, Post } from '@nestjs/common'
import { placeOrder, stockShelves } from '../../shop/orders.ts'
import { PrismaService } from './prisma.service.ts'

@Controller('orders')
export class OrdersController {
  constructor(private readonly prisma: PrismaService) {}

  /** The latest orders, newest first. */
  @Get()
  async list() {
    return this.prisma.order.findMany({ include: { customer: true }, orderBy: { placedAt: 'desc' }, take: 20 })
  }

  /** Places an order of one line: `{ "email": …, "sku": …, "quantity": … }`. */
  @Post()
  async place(@Body() { email, sku, quantity }: Record<string, unknown> = {}) {
    if (typeof email !== 'string' || typeof sku !== 'string' || !Number.isInteger(quantity) || Number(quantity) < 1) {
      throw new BadRequestException('an order needs an e-mail address, a product and how many of it')
    }
    await stockShelves(this.prisma)
    return placeOrder(this.prisma, randomUUID(), email, [{ sku, quantity: Number(quantity) }])
  }
}
