import type { Problems } from '../../config/problems.ts'

/** Adds what is wrong about `hooks` of the config, as far as that can be seen without reading a file. */
export function checkHooks(hooks: unknown, problems: Problems): void {
  if (hooks === undefined) return
  if (!isObject(hooks)) {
    problems.add('`hooks` must be an object')
    return
  }
  problems.addUnknownKeys(hooks, [...stages, 'variables'], 'key', { owner: 'hooks' })
  for (const stage of stages) checkList(hooks[stage], `hooks.${stage}`, problems)
  const names = stages.flatMap((stage) => namesIn(hooks[stage]))
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.add(`two hooks are called \`${name}\`; the database remembers a hook by its name`)
  }
  checkVariables(hooks.variables, problems)
}

const stages = ['beforeMigrate', 'afterMigrate'] as const

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

function checkList(entries: unknown, path: string, problems: Problems): void {
  if (entries === undefined) return
  if (!Array.isArray(entries)) {
    problems.add(`\`${path}\` must be a list of file patterns and functions`)
    return
  }
  for (const [index, entry] of entries.entries()) checkEntry(entry, `${path}[${index}]`, problems)
}

function checkEntry(entry: unknown, path: string, problems: Problems): void {
  if (typeof entry === 'string') return
  if (typeof entry === 'function') {
    if (entry.name === '') problems.add(`\`${path}\` is a function without a name: write { name: '…', hook: … }`)
    return
  }
  if (!isObject(entry)) {
    problems.add(`\`${path}\` must be a file pattern, a function, or { name, run, hook }`)
    return
  }
  problems.addUnknownKeys(entry, ['name', 'run', 'hook'], 'key', { owner: path })
  const { name, run = 'always', hook } = entry
  if (typeof name !== 'string' || name === '') problems.add(`\`${path}.name\` must be a string that is not empty`)
  if (typeof hook !== 'function') problems.add(`\`${path}.hook\` must be a function`)
  if (run !== 'always' && run !== 'once') problems.add(`\`${path}.run\` must be always or once`)
}

function namesIn(entries: unknown): string[] {
  if (!Array.isArray(entries)) return []
  return entries
    .filter((entry) => typeof entry !== 'string')
    .map((entry: { name?: unknown } | null) => String(entry?.name ?? ''))
    .filter((name) => name !== '')
}

function checkVariables(variables: unknown, problems: Problems): void {
  if (variables === undefined) return
  if (!isObject(variables)) {
    problems.add('`hooks.variables` must be an object of strings')
    return
  }
  for (const [name, value] of Object.entries(variables)) {
    if (!variableName.test(name)) problems.add(`\`hooks.variables\`: ${JSON.stringify(name)} is no name of a variable`)
    if (typeof value !== 'string') problems.add(`\`hooks.variables.${name}\` must be a string`)
  }
}

/** psql's own letters of a variable (psqlscan.l, variable_char). */
const variableName = /^[A-Za-z0-9_\u0080-\u{10ffff}]+$/u
