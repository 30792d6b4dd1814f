import * as z from 'zod'
import { PrismaIamError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { RoleManifest } from './manifest.ts'
import { manifestProblems } from './rules.ts'

/**
 * Reads what the config declares as roles.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_INVALID` with every problem, each by its path.
 */
export function parseManifest(input: unknown): RoleManifest {
  const problems = shapeProblems(input)
  if (problems.length === 0) problems.push(...manifestProblems(input as RoleManifest))
  if (problems.length === 0) return input as RoleManifest
  throw new PrismaIamError('PRISMA_IAM_ROLES_INVALID', 'The declared roles cannot be used.', {
    problems,
    hint: 'correct `roles` in the config file; docs/roles.md says what can stand there',
  })
}

function shapeProblems(input: unknown): string[] {
  const shape = manifestShape.safeParse(input)
  if (!shape.success) return shape.error.issues.flatMap(issueProblems)
  // zod passes over this key, and JavaScript gives it a meaning of its own.
  return Object.hasOwn(input as object, '__proto__') ? ['roles: a role cannot be called __proto__'] : []
}

const names = z.array(z.string({ error: 'must be a string' }), { error: 'must be a list of strings' })
const selection = z.union([z.literal('*'), names], { error: "must be '*' or a list of names" })
const privileges = z.union([z.string(), names], { error: 'must be a preset or a list of privileges' })

const grantShape = z.strictObject(
  {
    schema: z.string({ error: 'must be the name of a schema' }).optional(),
    tables: selection.optional(),
    models: selection.optional(),
    sequences: selection.optional(),
    functions: selection.optional(),
    future: z.boolean({ error: 'must be true or false' }).optional(),
    columns: names.optional(),
    privileges,
  },
  { error: 'must be an object with privileges, and what they are on' },
)
const connectionLimit = z.int({ error: 'must be a whole number' }).min(-1, { error: 'must be -1 (no limit) or more' })
const roleShape = z.strictObject(
  {
    login: z.boolean({ error: 'must be true or false' }).optional(),
    iam: names.optional(),
    memberOf: names.optional(),
    grants: z.array(grantShape, { error: 'must be a list of grants' }).optional(),
    connectionLimit: connectionLimit.optional(),
    absent: z.literal(true, { error: 'must be true or left out' }).optional(),
  },
  { error: 'must be an object' },
)
const manifestShape = z.record(z.string(), roleShape, { error: 'must be an object of roles by name' })

function issueProblems(issue: z.core.$ZodIssue): string[] {
  const path = pathOf(issue.path)
  if (issue.code !== 'unrecognized_keys') return [`${path}: ${issue.message}`]
  const known = issue.path.length === 1 ? Object.keys(roleShape.shape) : Object.keys(grantShape.shape)
  return issue.keys.map((key) => `${path}: unknown key "${key}"${didYouMean(key, known)}`)
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return /^\w+$/.test(String(step)) ? `${text}.${String(step)}` : `${text}[${JSON.stringify(step)}]`
  }, 'roles')
}
