import { Module } from '@nestjs/common'
import { OrdersController } from './orders.controller.ts'
import { PrismaService } from './prisma.service.ts'

@Module({ controllers: [OrdersController], providers: [PrismaService] })
export class ShopModule {}
