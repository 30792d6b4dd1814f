export { iamDatasource } from './migrate/datasource.ts'
export type { HookContext, HookEntry, HookFunction, NamedHook } from './migrate/hooks/hook.ts'
export { type AdminOptions, defineIam, type HookOptions, type IamConfig } from './migrate/iam-config.ts'
export type { GrantDeclaration, Privilege, PrivilegePreset, RoleDeclaration, RoleManifest } from './roles/manifest.ts'
