/** Something that an audit found, with what would mend it. */
export interface Finding {
  readonly kind: FindingKind
  readonly danger: Danger
  /** The role that it is about; absent where it is everybody (PUBLIC). */
  readonly role: string | null
  /** What it is about, as a person reads it. */
  readonly object: string
  readonly sentence: string
  /** The statement that would mend it; absent where somebody has to decide first. */
  readonly sql: string | null
}

/**
 * `drift`: declared, but not so. `declaration`: declared, but cannot be. `extra`: a declared role has more than that.
 * `undeclared-login`: nobody declared who may log in. `power`: what no grant limits. `public`: everybody may.
 * `iam`: declared with IAM and without its membership. `password`: a second way in. `owner`: may drop what it uses.
 */
export type FindingKind = (typeof kinds)[number]

const kinds = [
  'undeclared-login',
  'power',
  'public',
  'iam',
  'password',
  'extra',
  'owner',
  'drift',
  'declaration',
] as const

/** From bad to worse. */
export const dangers = ['low', 'medium', 'high'] as const
/** How much harm a finding can do. */
export type Danger = (typeof dangers)[number]

/** The worst first; what is equally bad by kind, role and object, so that two audits can be compared. */
export function byDanger(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      dangers.indexOf(b.danger) - dangers.indexOf(a.danger) ||
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
      compare(a.role ?? '', b.role ?? '') ||
      compare(a.object, b.object),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
