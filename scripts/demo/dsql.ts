import { iamAdapter, iamPool } from 'prisma-iam'
import type { Emulator } from 'prisma-iam/emulator'
import { PrismaClient } from '../../examples/dsql/generated/prisma/client.ts'
import { app, deployer, environmentOf, urlOf } from './cast.ts'
import { migrate } from './migrate.ts'
import { heading, note, refused, step } from './stage.ts'

/** The first step on Aurora DSQL: a migration of one statement, a role mapped to IAM, queries as that role. */
export async function dsql(cluster: Emulator): Promise<void> {
  heading(`Aurora DSQL: ${cluster.signHost}`)
  const { migrations, roles } = await step('prisma-iam migrate, as `admin` by a DbConnectAdmin token', () =>
    migrate('examples/dsql', environmentOf(cluster, deployer)),
  )
  note([...migrations.map((name) => `applied ${name}`), ...roles].join('\n'))
  await step('the mapping of IAM roles, read as `admin`', () => showMappings(cluster))
  await queryAsApp(cluster)
  note("The shop's own migrations do not run on DSQL yet: they hold several statements a file.")
}

function connection(cluster: Emulator) {
  return { url: urlOf(cluster), tls: { caFile: cluster.caFile } }
}

async function showMappings(cluster: Emulator): Promise<void> {
  const { accessKeyId, secretAccessKey } = deployer
  const pool = iamPool(
    { ...connection(cluster), user: 'admin', credentials: { accessKeyId, secretAccessKey } },
    { env: {} },
  )
  try {
    const { rows } = await pool.query('SELECT arn, pg_role_name FROM sys.iam_pg_role_mappings')
    for (const { arn, pg_role_name } of rows) note(`${arn} → ${pg_role_name}`)
  } finally {
    await pool.end()
  }
}

async function queryAsApp(cluster: Emulator): Promise<void> {
  const { accessKeyId, secretAccessKey } = app
  const credentials = { accessKeyId, secretAccessKey }
  const prisma = new PrismaClient({ adapter: iamAdapter({ ...connection(cluster), credentials }, { env: {} }) })
  try {
    await step('Prisma as the small role `app`, by a DbConnect token', async () => {
      await prisma.greeting.create({ data: { text: 'hello, DSQL' } })
      note((await prisma.greeting.findMany()).map(({ text }) => text).join(', '))
    })
    note(
      await step('`app` may not drop a table', () =>
        refused(/must be owner of table/, () => prisma.$executeRawUnsafe('DROP TABLE "Greeting"')),
      ),
    )
    const asAdmin = iamPool({ ...connection(cluster), user: 'admin', credentials }, { env: {} })
    note(
      await step('the app’s identity does not get in as `admin`', () =>
        refused(/access denied.*not authorized to perform: dsql:DbConnectAdmin/, () => asAdmin.query('SELECT 1')),
      ),
    )
    await asAdmin.end()
  } finally {
    await prisma.$disconnect()
  }
}
