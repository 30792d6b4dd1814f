import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Project, testProject } from './project.ts'

let project: Project

beforeAll(async () => {
  project = await testProject(undefined)
})
afterAll(async () => {
  await project.remove()
})

/** Prisma's CLI drops the first line of stderr and needs JSON in every other. */
function story(stderr: string): { level: string; fields: Record<string, unknown> }[] {
  return stderr
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line))
}

test('tells the version of the engine inside', async () => {
  expect(await project.run(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^schema-engine-cli [0-9a-f]{40}\n$/),
    stderr: '',
  })
})

test('says in the CLI’s own format why it cannot log in', async () => {
  const { code, stdout, stderr } = await project.run(['--datasource', '{}', 'cli', 'can-connect-to-database'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(story(stderr)).toMatchObject([
    { level: 'ERROR', target: 'schema_engine::logger', fields: { message: expect.stringContaining('cannot log in') } },
  ])
})

test('refuses arguments that it does not know, in the same format and without repeating them', async () => {
  const { code, stdout, stderr } = await project.run(['--datasource', 'postgresql://a:canary@b/c'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(story(stderr)).toMatchObject([{ level: 'ERROR' }])
  expect(stderr).not.toContain('canary')
})

test('ends in peace when the CLI has nothing more to ask', async () => {
  expect(await project.run([])).toEqual({ code: 0, stdout: '', stderr: '' })
})
