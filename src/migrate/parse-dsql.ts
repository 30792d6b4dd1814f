import type { Problems } from '../config/problems.ts'
import { isCache } from '../dsql/options.ts'
import { rules } from '../dsql/rules.ts'
import { didYouMean } from '../nearest.ts'

/** Adds what is wrong with `dsql` of a config. */
export function checkDsql(dsql: unknown, problems: Problems): void {
  if (dsql === undefined) return
  if (typeof dsql !== 'object' || dsql === null || Array.isArray(dsql)) {
    problems.add('`dsql` must be an object')
    return
  }
  problems.addUnknownKeys(dsql, ['identityCache', 'accept', 'leaseSeconds'], 'key', { owner: 'dsql' })
  const { identityCache, accept, leaseSeconds }: Record<string, unknown> = { ...dsql }
  if (leaseSeconds !== undefined && !(Number(leaseSeconds) >= 1 && Number(leaseSeconds) <= 300)) {
    problems.add('`dsql.leaseSeconds` must be from 1 to 300')
  }
  if (identityCache !== undefined && !isCache(identityCache)) {
    problems.add('`dsql.identityCache` must be 1, or 65536 or more')
  }
  if (accept === undefined) return
  if (!Array.isArray(accept)) {
    problems.add('`dsql.accept` must be a list of names of rules')
    return
  }
  for (const name of accept.map(String).filter((name) => !Object.hasOwn(rules, name))) {
    problems.add(`\`dsql.accept\`: there is no rule \`${name}\`${didYouMean(name, Object.keys(rules))}`)
  }
}
