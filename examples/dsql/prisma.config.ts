import { defineConfig } from 'prisma/config'
import { defineIam, iamDatasource } from 'prisma-iam/config'

/** The host of the cluster comes from DATABASE_URL: postgresql://app@CLUSTER.dsql.REGION.on.aws/postgres */
export const iam = defineIam({
  admin: { user: 'admin' },
  roles: {
    app: {
      iam: ['arn:aws:iam::123456789012:role/app'],
      grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }],
    },
  },
})

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: iamDatasource(iam),
})
