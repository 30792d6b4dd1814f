/** One thing that DSQL does otherwise than PostgreSQL. `{}` stands for what the statement names. */
export interface Rule {
  /** `refused`: not run at all. `changed`: run in another form, in which something is other than on PostgreSQL. */
  is: 'refused' | 'changed'
  /** What is so. */
  says: string
  /** What to write in its place, or to mind. */
  instead: string
  /**
   * `recorded` and `measured` on a cluster are certain. What was only documented, reported, or seen in AWS's own lint
   * never refuses a statement: the cluster is asked.
   */
  by: 'recorded' | 'measured' | 'documented' | 'reported' | 'linted'
  /** The day for which it is known, as YYYY-MM-DD. */
  on: string
}

/** Whether DSQL was seen to refuse what the rule is about. */
export function isCertain({ is, by }: Rule): boolean {
  return is === 'refused' && (by === 'recorded' || by === 'measured')
}

/** How, and for which day, rules are known. */
export const known = {
  recorded: { by: 'recorded', on: '2026-09-18' },
  measured: { by: 'measured', on: '2026-08-28' },
  documented: { by: 'documented', on: '2026-10-01' },
  reported: { by: 'reported', on: '2026-06-30' },
  linted: { by: 'linted', on: '2026-09-23' },
} as const

/** For a statement that nothing stands in for. */
export const leaveOut = 'take the statement out of the migration'
