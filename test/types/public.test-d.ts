import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { defineConfig } from 'prisma/config'
import { type Edges, events, type Health, type IamOptions, iamAdapter, iamPool, isPrismaIamError } from 'prisma-iam'
import {
  defineIam,
  type HookContext,
  type HookFunction,
  type IamConfig,
  iamDatasource,
  type RoleManifest,
} from 'prisma-iam/config'
import { type Emulator, startEmulator } from 'prisma-iam/emulator'
import { expectTypeOf } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'

// Compiled by `npm test`, never run: what a user may write, and what the compiler must refuse.

expectTypeOf(iamAdapter()).toExtend<SqlMigrationAwareDriverAdapterFactory>()
expectTypeOf(iamPool()).toExtend<pg.Pool>()
expectTypeOf(iamPool().health()).resolves.toExtend<Health>()
new PrismaClient({ adapter: iamAdapter({ url: 'postgresql://app@host/db', pool: { max: 5 } }) })

expectTypeOf<IamOptions>().not.toBeAny()
expectTypeOf<Edges['clock']>().toEqualTypeOf<(() => number) | undefined>()
// @ts-expect-error an unknown option
iamAdapter({ hots: 'x' })
// @ts-expect-error a pool option that this package decides
iamAdapter({ pool: { password: 'x' } })
// @ts-expect-error a port is a number
iamAdapter({ port: '5432' })
// A provider of the AWS SDK fits.
iamPool({ credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date() }) })

const iam = defineIam({
  admin: { user: 'admin' },
  roles: { app: { grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }] } },
})
defineConfig({ datasource: iamDatasource(iam) })
const seed: HookFunction = async ({ client }) => void (await client.query<{ one: number }>('SELECT 1 AS one'))
defineIam({ hooks: { beforeMigrate: ['a/*.sql', seed], afterMigrate: [{ name: 'fill', run: 'once', hook: seed }] } })
defineIam({
  hooks: { afterMigrate: [{ name: 'fill', hook: (context) => expectTypeOf(context).toEqualTypeOf<HookContext>() }] },
})
defineIam({ admin: { secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:master-Ab12Cd' } })
// @ts-expect-error one of them
defineIam({ admin: { secretArn: 'arn', password: 'x' } })
// @ts-expect-error nobody knows who
defineIam({ admin: { password: 'x' } })
// @ts-expect-error a function has no text that could change
defineIam({ hooks: { afterMigrate: [{ name: 'fill', run: 'on-change', hook: seed }] } })
// @ts-expect-error a function in an object has a name
defineIam({ hooks: { afterMigrate: [{ hook: seed }] } })
// @ts-expect-error a preset that does not exist
defineIam({ roles: { app: { grants: [{ schema: 'public', privileges: 'readrite' }] } } })
const declared = defineIam({
  roles: {
    app: { memberOf: ['readers', 'pg_monitor'], grants: [{ models: '*', privileges: 'readwrite' }] },
    readers: {
      login: false,
      grants: [
        { tables: '*', future: true, privileges: ['SELECT'] },
        { functions: ['price(int)'], privileges: ['EXECUTE'] },
      ],
    },
    old: { absent: true },
  },
})
expectTypeOf(declared.roles).toEqualTypeOf<RoleManifest<'app' | 'readers' | 'old'> | undefined>()
// What a function takes as any config takes this one.
expectTypeOf(declared).toExtend<IamConfig>()
// @ts-expect-error a role is absent or it is not spoken of
defineIam({ roles: { old: { absent: false } } })
// @ts-expect-error a privilege that does not exist
defineIam({ roles: { app: { grants: [{ tables: '*', privileges: ['READ'] }] } } })
// @ts-expect-error a key that does not exist
defineIam({ roles: { app: { grant: [] } } })

expectTypeOf(startEmulator({ service: 'dsql' })).resolves.toExtend<Emulator>()
// @ts-expect-error a service that does not exist
void startEmulator({ service: 'mysql' })

declare const unknownError: unknown
if (isPrismaIamError(unknownError)) expectTypeOf(unknownError.hint).toEqualTypeOf<string | undefined>()
expectTypeOf(events.tokenSigned.subscribe).toBeFunction()
