import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { prepare, root } from './prepare.mjs'
import { ensurePsql } from './psql.mjs'

/** `node scripts/compare-history.mjs DIR [--major 16]`: is what `prisma-iam migrate` leaves equal to what psql leaves? */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { major: { type: 'string' } } })
const [directory] = positionals
const shown = 50
if (directory === undefined) {
  console.error('which directory of Prisma migrations? node scripts/compare-history.mjs DIR [--major 16]')
  process.exit(2)
}
const asked = resolve(directory)
prepare()
ensurePsql()
const { createJiti } = createRequire(import.meta.url)('jiti')
const { compareHistory } = await createJiti(import.meta.url, { interopDefault: false }).import(
  join(root, 'proof/history.ts'),
)
const { migrations, compared, differences, failures, ms } = await compareHistory(asked, {
  major: values.major === undefined ? 'any' : Number(values.major),
})
console.log(`${migrations.length} migrations: prisma-iam ${ms['prisma-iam']} ms, psql ${ms.psql} ms`)
console.log(
  `compared: ${Object.entries(compared)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ')}`,
)
for (const [way, words] of Object.entries(failures)) console.log(`${way} stopped: ${words}`)
for (const difference of differences.slice(0, shown)) console.log(`differs (prisma-iam ≠ psql): ${difference}`)
if (differences.length > shown) console.log(`… and ${differences.length - shown} more`)
const equal = differences.length === 0 && Object.keys(failures).length === 0
console.log(equal ? 'equal' : 'not equal')
process.exitCode = equal ? 0 : 1
