import { dangers, type Finding } from './finding.ts'

/** How many findings there are of each danger. */
export function countedFindings(findings: readonly Finding[]): string {
  const levels = dangers
    .toReversed()
    .map((danger) => [findings.filter((finding) => finding.danger === danger).length, danger] as const)
    .filter(([count]) => count > 0)
  if (levels.length === 0) return 'nothing found'
  const total = `${findings.length} finding${findings.length === 1 ? '' : 's'}`
  return `${total}: ${levels.map((level) => level.join(' ')).join(', ')}`
}
