export type { ClientExtension } from './adapter/client-extension.ts'
export { dsql } from './adapter/dsql-extension.ts'
export { iamAdapter } from './adapter/factory.ts'
export { occRetry } from './adapter/occ-retry.ts'
export type { AwsCredentials, CredentialProvider, Edges, IamOptions } from './config/options.ts'
export type { Ailment, Health } from './connect/health.ts'
export type { OccRetryOptions } from './connect/occ-options.ts'
export { withOccRetry } from './connect/occ-retry.ts'
export { type IamPool, iamPool } from './connect/pool.ts'
export { type ErrorCode, isPrismaIamError, PrismaIamError } from './errors.ts'
export {
  type ConflictRetried,
  type ConnectionOpened,
  type ConnectionPaced,
  type ConnectionPlace,
  type ConnectionRefused,
  type ConnectionRetired,
  type ConnectionRetried,
  events,
  type TokenRenewalFailed,
  type TokenSigned,
} from './events.ts'
