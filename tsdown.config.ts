import { defineConfig } from 'tsdown'

/** Libraries ship as ESM and CJS with types; executables, and the config that Prisma's is given, are ESM only. */
export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      config: 'src/config-entry.ts',
      migrate: 'src/migrate-entry.ts',
      emulator: 'src/emulator/index.ts',
      otel: 'src/otel/index.ts',
    },
    format: ['esm', 'cjs'],
    dts: true,
    tsconfig: 'tsconfig.build.json',
    platform: 'node',
    target: 'node20',
    fixedExtension: true,
    clean: true,
  },
  {
    entry: {
      'cli/bin': 'src/cli/bin.ts',
      'engine/bin': 'src/engine/bin.ts',
      'migrate/handed.config': 'src/migrate/handed.config.ts',
    },
    format: ['esm'],
    dts: false,
    tsconfig: 'tsconfig.build.json',
    platform: 'node',
    target: 'node20',
    fixedExtension: true,
    clean: false,
  },
])
