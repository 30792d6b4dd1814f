import { defineConfig } from 'prisma/config'
import { defineIam, iamDatasource } from 'prisma-iam/config'

/** The shop that demo, tests and examples share; DATABASE_URL says which database. */
export const iam = defineIam({
  admin: { user: process.env.SHOP_ADMIN ?? 'postgres' },
  roles: {
    app: {
      iam: ['arn:aws:iam::123456789012:role/app'],
      grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }],
    },
    reports: {
      iam: ['arn:aws:iam::123456789012:role/reports'],
      grants: [{ schema: 'public', tables: ['Order', 'OrderItem', 'Product', 'SalesByDay'], privileges: 'readonly' }],
    },
  },
  hooks: { afterMigrate: ['prisma/hooks/after/*.sql'] },
})

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: iamDatasource(iam),
})
