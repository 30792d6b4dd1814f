import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { iamAdapter } from 'prisma-iam'
import { PrismaClient } from '../generated/prisma/client.ts'

/** The app's one client, which reads the environment and connects at the first query. */
@Injectable()
export class PrismaService extends PrismaClient implements OnApplicationShutdown {
  constructor() {
    super({ adapter: iamAdapter() })
  }

  /**
   * Ends client and pool once the last request is answered. `onModuleDestroy` would be too early: requests still run
   * then, and the next query of one would open a new pool that nobody ends.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect()
  }
}
