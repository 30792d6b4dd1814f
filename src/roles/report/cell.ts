import type { ThingKind } from '../catalog.ts'
import type { ReportedAccess } from './report.ts'

/** What one role may do in one place, in a few characters of a matrix; `legend` explains them. */
export function cell(kind: ThingKind, access: ReportedAccess | undefined): string {
  if (access === undefined) return noCell
  const { privileges, columns, owner } = access
  const ways = Object.values(privileges).map(([nearest]) => nearest?.way)
  if (ways.includes('superuser')) return 'super'
  if (owner) return 'owner'
  const partly = Object.values(columns).flatMap((held) => Object.keys(held))
  const byGroup = [...ways, ...Object.values(columns).flatMap((held) => Object.values(held).map(([way]) => way?.way))]
  const marks = `${byGroup.includes('group') ? '*' : ''}${byGroup.includes('everybody') ? '°' : ''}`
  const held = Object.keys(privileges)
  const text = (kind === 'table' ? letters(held, partly) : words(kind, held)) + marks
  return access.usable ? text : `(${text})`
}

/** No access at all. */
export const noCell = '·'

/** The meaning of the letters and marks of `cell`. */
export const legend: readonly string[] = [
  'S SELECT, I INSERT, U UPDATE, D DELETE, T TRUNCATE, R REFERENCES, G TRIGGER, M MAINTAIN;',
  'small letters: on some columns; use USAGE, run EXECUTE, conn CONNECT, temp TEMPORARY;',
  'of sequences: read SELECT, next USAGE, set UPDATE; · nothing',
  '* by membership in a group, ° because everybody may, no mark: granted to the role itself;',
  '(in brackets) idle for want of USAGE on the schema',
]

/** The four that matter most have places of their own, so that a column of cells can be compared. */
function letters(whole: readonly string[], partly: readonly string[]): string {
  const letter = ([name, sign]: readonly [string, string]) =>
    whole.includes(name) ? sign : partly.includes(name) ? sign.toLowerCase() : ''
  return firstLetters.map((pair) => letter(pair) || '-').join('') + furtherLetters.map(letter).join('')
}

const firstLetters = [
  ['SELECT', 'S'],
  ['INSERT', 'I'],
  ['UPDATE', 'U'],
  ['DELETE', 'D'],
] as const
const furtherLetters = [
  ['TRUNCATE', 'T'],
  ['REFERENCES', 'R'],
  ['TRIGGER', 'G'],
  ['MAINTAIN', 'M'],
] as const

function words(kind: ThingKind, privileges: readonly string[]): string {
  return privileges.map((name) => (kind === 'sequence' ? sequenceWords : plainWords)[name] ?? name).join('+')
}

const sequenceWords: Readonly<Record<string, string>> = { SELECT: 'read', USAGE: 'next', UPDATE: 'set' }
const plainWords: Readonly<Record<string, string>> = {
  USAGE: 'use',
  CREATE: 'create',
  CONNECT: 'conn',
  TEMPORARY: 'temp',
  EXECUTE: 'run',
}
