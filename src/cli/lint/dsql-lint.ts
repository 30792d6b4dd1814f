import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

/** One thing that AWS's own lint says. */
export interface Diagnostic {
  /** A path, as it was given. */
  file: string
  line: number
  rule: string
  message: string
  /** Whether it can mend the statement itself. */
  fixable: boolean
  /** The beginning of the statement, blanks drawn together. */
  statement: string
}

/**
 * The program of `@aws/dsql-lint`, where the project or the PATH has it. Its platform packages hold the binary; the
 * package without a platform could not be installed on 2026-11-21.
 */
export function findDsqlLint(cwd: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const program = process.platform === 'win32' ? 'dsql-lint.exe' : 'dsql-lint'
  const platform = `@aws/dsql-lint-${process.platform}-${process.arch}/package.json`
  const places = (env.PATH ?? '').split(delimiter).map((directory) => join(directory, program))
  try {
    places.unshift(join(dirname(createRequire(join(cwd, 'package.json')).resolve(platform)), 'bin', program))
  } catch {
    // The project does not have it.
  }
  return places.find((path) => existsSync(path))
}

/** Runs it over files; `undefined` where its answer is none that version 0.2 gives. */
export async function runDsqlLint(
  program: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<Diagnostic[] | undefined> {
  const output = await outputOf(program, ['--format', 'json', '--', ...files], signal)
  try {
    const report = JSON.parse(output) as Report
    if (report.schema_version !== 1) return undefined
    return report.files.flatMap(({ file, diagnostics }) =>
      diagnostics.map(({ line, rule, message, fix_result, statement_preview }) => ({
        file,
        line,
        rule,
        message,
        fixable: fix_result.status !== 'unfixable',
        statement: statement_preview.replace(/\s+/g, ' ').replace(/[;.…\s]+$/, ''),
      })),
    )
  } catch {
    return undefined
  }
}

/** What `--format json` of 0.2.20 says, as far as it is read here. */
interface Report {
  schema_version: number
  files: {
    file: string
    diagnostics: {
      rule: string
      line: number
      message: string
      statement_preview: string
      fix_result: { status: string }
    }[]
  }[]
}

/** It ends with 1 when it found something, so the code tells nothing. */
function outputOf(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], signal })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.on('error', (error) => (signal.aborted ? reject(error) : resolve('')))
    child.on('close', () => resolve(output))
  })
}
