import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assertConfigFile, assertDeclared } from '../../src/migrate/find-config.ts'
import { loadProject } from '../../src/migrate/load-config.ts'

let directory: string
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'prisma-iam-find-')))
  mkdirSync(join(directory, 'app/prisma'), { recursive: true })
  writeFileSync(join(directory, 'app/prisma.config.ts'), 'export default {}')
})
afterAll(() => rmSync(directory, { recursive: true }))

const code = 'PRISMA_IAM_CONFIG_LOAD'

test('in a folder without a config file the nearest one above is named, with what to type', async () => {
  const project = await loadProject(join(directory, 'app/prisma'))
  const hint = `run the command in ${join(directory, 'app')}, or add --config ${join('..', 'prisma.config.ts')}`
  for (const assert of [() => assertConfigFile(project), () => assertDeclared(project)]) {
    expect(assert).toThrow(expect.objectContaining({ code, hint }))
  }
})

test('a config file without `iam` declares nothing to compare with; an `iam` that is handed in does', async () => {
  const project = await loadProject(join(directory, 'app'))
  assertConfigFile(project)
  const invalid = {
    code: 'PRISMA_IAM_CONFIG_INVALID',
    message: expect.stringContaining(join(directory, 'app/prisma.config.ts')),
  }
  expect(() => assertDeclared(project)).toThrow(expect.objectContaining(invalid))
  assertDeclared(await loadProject(directory, { iam: { roles: {} } }))
})
