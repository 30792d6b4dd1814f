import type { IamOptions } from '../config/options.ts'
import type { DsqlOptions } from '../dsql/options.ts'
import type { RoleManifest } from '../roles/manifest.ts'
import type { HookEntry } from './hooks/hook.ts'

/** Who migrates and makes roles: an IAM identity, or a master user with its password. */
export type AdminOptions = NamedAdmin | SecretAdmin

/** An admin by name. */
export interface NamedAdmin {
  /** The database role, such as `admin` on DSQL. */
  user: string
  /** The master password, or a function that fetches it; absent means a token. */
  password?: string | (() => string | Promise<string>)
  secretArn?: never
}

/** An admin whose password is kept by AWS Secrets Manager, as RDS keeps that of a master user. */
export interface SecretAdmin {
  /** Default the `username` of the secret. */
  user?: string
  /** The secret's ARN, which tells the region. It is read at each login, so a rotation in between does no harm. */
  secretArn: string
  password?: never
}

/** What runs as the admin around every deploy, in the order in which it stands; the files of one pattern by path. */
export interface HookOptions {
  /** Patterns of SQL files, relative to the config file, and functions. */
  beforeMigrate?: readonly HookEntry[]
  /** The same, after the migrations and before the roles. */
  afterMigrate?: readonly HookEntry[]
  /** What `:'name'` (a constant) and `:"name"` (a name) stand for in hook files, always quoted. */
  variables?: Readonly<Record<string, string>>
}

/** How to reach the database, who is admin there, and which roles the app needs. */
export interface IamConfig<Name extends string = string> extends Omit<IamOptions, 'adapter' | 'pool' | 'password'> {
  /** Default: the user of the URL. */
  admin?: AdminOptions
  roles?: RoleManifest<Name>
  hooks?: HookOptions
  /** What migrations may count on where the cluster is Aurora DSQL; other servers do not look at it. */
  dsql?: DsqlOptions
}

/**
 * Types the `iam` export of `prisma.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'prisma/config'
 * import { defineIam, iamDatasource } from 'prisma-iam/config'
 * export const iam = defineIam({
 *   url: 'postgresql://app@db.cluster-x.eu-west-1.rds.amazonaws.com/shop',
 *   admin: { user: 'postgres' },
 *   roles: { app: { iam: ['arn:aws:iam::123456789012:role/app'], grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }] } },
 * })
 * export default defineConfig({ schema: 'prisma/schema.prisma', datasource: iamDatasource(iam) })
 * ```
 */
export function defineIam<const Name extends string = string>(config: IamConfig<Name>): IamConfig<Name> {
  return config
}

/**
 * The connection options of the admin.
 *
 * @param login what its secret holds; without it a secret is none the less a password login.
 */
export function adminOptions(
  { admin, roles: _roles, hooks: _hooks, dsql: _dsql, ...connection }: IamConfig,
  login?: { username: string | undefined; password: () => Promise<string> },
): IamOptions {
  const user = admin?.user ?? login?.username
  const password = login?.password ?? admin?.password ?? (admin?.secretArn === undefined ? undefined : unread)
  return { ...connection, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
}

function unread(): Promise<string> {
  return Promise.reject(new Error('The secret of the admin was not read.'))
}

/** The connection options of a role that logs in by token; without a name, of the user of the URL. */
export function roleOptions(
  { admin: _admin, roles: _roles, hooks: _hooks, dsql: _dsql, ...connection }: IamConfig,
  user?: string,
): IamOptions {
  return user === undefined ? connection : { ...connection, user }
}
