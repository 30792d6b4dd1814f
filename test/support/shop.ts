import { readdirSync, readFileSync } from 'node:fs'
import type { TestEmulator } from './emulator.ts'

/** Puts the shop's tables into an emulator's database, for its role `app` to use. */
export async function deployShop(emulator: TestEmulator): Promise<void> {
  const migrations = readdirSync('prisma/migrations').filter((entry) => !entry.includes('.'))
  for (const name of migrations.sort()) {
    await emulator.asSuperuser(readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'))
  }
  await emulator.asSuperuser('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app')
  await emulator.asSuperuser(readFileSync('prisma/hooks/after/10-categories.sql', 'utf8'))
}
