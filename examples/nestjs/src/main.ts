import 'reflect-metadata'
import { Logger } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ShopModule } from './shop.module.ts'

const app = await NestFactory.create(ShopModule)
// Without them SIGTERM ends the process in the middle of its requests, and `PrismaService` never hears of it.
app.enableShutdownHooks()
await app.listen(process.env.PORT ?? 3000, process.env.HOST ?? '0.0.0.0')
Logger.log(`The shop listens on ${await app.getUrl()}`)
