export type { Service } from './endpoint.ts'
export type { EmulatorEvent } from './events.ts'
export { type Emulator, type EmulatorOptions, startEmulator } from './server.ts'
export type { Allow, Identity } from './token/identity.ts'
