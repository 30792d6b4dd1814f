import { Command, Option } from 'commander'
import type { Shell } from '../command.ts'
import type { Disagreement } from '../lint/compare.ts'
import { count, exitCodeOf, type LintedFile } from '../lint/counts.ts'
import type { Script } from '../lint/scripts.ts'
import { tellDisagreements, tellFile, tellReasons, tellSummary } from './lint-story.ts'

interface Flags {
  service: 'dsql'
  json?: true
  config?: string
}

/** `prisma-iam lint [files]`: which statements DSQL takes as they are, in another form, or not at all. */
export function lintCommand(shell: Shell): Command {
  return new Command('lint')
    .description('Says of every statement of the migrations and hooks what becomes of it on Aurora DSQL.')
    .argument('[files...]', "SQL files (default: the project's migrations and hooks)")
    .addOption(new Option('--service <service>', 'whose rules').choices(['dsql']).default('dsql'))
    .option('--json', 'every statement, as one JSON object')
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .action((files: string[], flags: Flags) => lint(files, flags, shell))
}

async function lint(files: string[], flags: Flags, shell: Shell): Promise<void> {
  const { print, cwd, env, signal } = shell
  const { loadProject } = await import('../../migrate/load-config.ts')
  const { lintDsql } = await import('../../dsql/lint.ts')
  const { scriptsOf } = await import('../lint/scripts.ts')
  const project = await loadProject(cwd, { config: flags.config })
  const scripts = await scriptsOf(project, files)
  const linted: LintedFile[] = []
  for (const { file, kind, sql } of scripts) {
    linted.push({ file, kind, statements: await lintDsql(sql, project.iam.dsql ?? {}) })
  }
  const second = await secondOpinion(scripts, linted, { cwd, env, signal })
  const counts = count(linted)
  if (flags.json) {
    print.result(JSON.stringify({ service: flags.service, files: linted, counts, dsqlLint: second ?? null }))
  } else {
    for (const file of linted) tellFile(file, print)
    if (second) tellDisagreements(second, print)
    tellReasons(linted, print)
    tellSummary(counts, linted.length, print)
  }
  shell.exit(exitCodeOf(counts))
}

async function secondOpinion(
  scripts: readonly Script[],
  linted: readonly LintedFile[],
  { cwd, env, signal }: Pick<Shell, 'cwd' | 'env' | 'signal'>,
): Promise<readonly Disagreement[] | undefined> {
  const { findDsqlLint, runDsqlLint } = await import('../lint/dsql-lint.ts')
  const { disagreements } = await import('../lint/compare.ts')
  const program = findDsqlLint(cwd, env)
  if (program === undefined || scripts.length === 0) return undefined
  const said = await runDsqlLint(
    program,
    scripts.map(({ path }) => path),
    signal,
  )
  if (said === undefined) return undefined
  return scripts.flatMap(({ path }, at) => {
    const { file, statements } = linted[at] ?? { file: path, statements: [] }
    return disagreements(
      file,
      statements,
      said.filter((diagnostic) => diagnostic.file === path),
    )
  })
}
