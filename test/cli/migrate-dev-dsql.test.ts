import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { config, type Project, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
let project: Project

const schema = (more: string) => `datasource db {
  provider = "postgresql"
}

model Customer {
  id     String  @id @default(uuid()) @db.Uuid
  orders Order[]
${more}
}

model Order {
  id         String   @id @default(uuid()) @db.Uuid
  customer   Customer @relation(fields: [customerId], references: [id])
  customerId String   @db.Uuid

  @@index([customerId])
}
`

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql' })
  project = await testProject(emulator.env)
  await rm(join(project.directory, 'prisma/migrations'), { recursive: true })
  await project.write({ ...config("{ admin: { user: 'admin' } }"), 'prisma/schema.prisma': schema('') })
})
afterAll(async () => {
  await project.remove()
  await emulator.stop()
})

test('migrate dev works on DSQL, with its shadow database on a local PostgreSQL', async () => {
  const init = await project.run(['migrate', 'dev', '--name', 'init'])
  expect(init).toMatchObject({ code: 0, stdout: expect.stringContaining('created and applied') })
  await project.write({ 'prisma/schema.prisma': schema('  name String?') })
  const more = await project.run(['migrate', 'dev', '--name', 'more'])
  expect(more).toMatchObject({ code: 0, stdout: expect.stringMatching(/created and applied(.|\n)*_more/) })
  expect(await readdir(join(project.directory, 'prisma/migrations'))).toHaveLength(3)
  const { rows } = await emulator.asSuperuser(
    'SELECT indisvalid FROM pg_index WHERE indexrelid = \'"Order_customerId_idx"\'::regclass',
  )
  expect(rows).toEqual([{ indisvalid: true }])
})

test('plain prisma says what is missing there', async () => {
  const { code, stderr } = await project.startPrisma(['migrate', 'dev', '--name', 'plain']).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /no room for a shadow database(.|\n)*npx prisma-iam migrate dev(.|\n)*shadowDatabaseUrl/,
    ),
  })
})
