import { identifier, literal } from '../sql/quote.ts'
import type { RoleDeclaration } from './manifest.ts'
import type { Membership } from './membership.ts'
import { visibleText } from './visible-text.ts'

/** One statement for a role, with what it does in words. */
export interface RoleStatement {
  readonly summary: string
  readonly sql: string
  /** Does somebody get more access, or less, or does a role go for good? */
  readonly danger: 'none' | 'widens' | 'narrows' | 'drops'
}

/** A new role can do nothing yet. */
export function createRole(name: string, { login = true, connectionLimit }: RoleDeclaration): RoleStatement {
  const limit = connectionLimit === undefined ? '' : ` CONNECTION LIMIT ${connectionLimit}`
  return {
    summary: `create ${login ? 'login' : 'group'} role ${shown(name)}`,
    sql: `CREATE ROLE ${identifier(name)} ${login ? 'LOGIN' : 'NOLOGIN'}${limit}`,
    danger: 'none',
  }
}

/** Lets a role log in, or not any more. */
export function alterLogin(name: string, login: boolean): RoleStatement {
  return {
    summary: login ? `let role ${shown(name)} log in` : `keep role ${shown(name)} from logging in`,
    sql: `ALTER ROLE ${identifier(name)} ${login ? 'LOGIN' : 'NOLOGIN'}`,
    danger: login ? 'widens' : 'narrows',
  }
}

/** Changes how many connections a role may hold. */
export function alterConnectionLimit(name: string, from: number, to: number): RoleStatement {
  return {
    summary: `change the connection limit of ${shown(name)} from ${from} to ${to}`,
    sql: `ALTER ROLE ${identifier(name)} CONNECTION LIMIT ${to}`,
    danger: to === -1 || (from !== -1 && to > from) ? 'widens' : 'narrows',
  }
}

/**
 * Members of `rds_iam` log in by token, and by token only (RDS and Aurora).
 * `restate`: the membership exists but gives nothing without SET ROLE; PostgreSQL 16 can say so per membership.
 */
export function grantMembership({ member, role, restate }: Membership & { restate: boolean }): RoleStatement {
  return {
    summary:
      role === 'rds_iam' ? `let ${shown(member)} log in by IAM` : `make ${shown(member)} a member of ${shown(role)}`,
    sql: `GRANT ${identifier(role)} TO ${identifier(member)}${restate ? ' WITH INHERIT TRUE' : ''}`,
    danger: 'widens',
  }
}

/** Until PostgreSQL 15 whether a role uses its memberships is a trait of the role. */
export function alterInherit(name: string): RoleStatement {
  return {
    summary: `let ${shown(name)} use the privileges of its groups`,
    sql: `ALTER ROLE ${identifier(name)} INHERIT`,
    danger: 'widens',
  }
}

/** Takes a membership away, as far as `grantor` gave it; absent is who runs this. */
export function revokeMembership({ member, role, grantor }: Membership & { grantor?: string }): RoleStatement {
  return {
    summary:
      role === 'rds_iam'
        ? `keep ${shown(member)} from logging in by IAM`
        : `take ${shown(member)} out of ${shown(role)}`,
    sql: `REVOKE ${identifier(role)} FROM ${identifier(member)}${grantor === undefined ? '' : ` GRANTED BY ${identifier(grantor)}`}`,
    danger: 'narrows',
  }
}

/** Aurora DSQL; a second one for the same pair is an error there. */
export function grantArn(name: string, arn: string): RoleStatement {
  return {
    summary: `let ${arn} log in as ${shown(name)}`,
    sql: `AWS IAM GRANT ${identifier(name)} TO ${literal(arn)}`,
    danger: 'widens',
  }
}

/** Aurora DSQL; one that is not there is an error there. */
export function revokeArn(name: string, arn: string): RoleStatement {
  return {
    summary: `keep ${arn} from logging in as ${shown(name)}`,
    sql: `AWS IAM REVOKE ${identifier(name)} FROM ${literal(arn)}`,
    danger: 'narrows',
  }
}

/** The role must hold and own nothing by then. */
export function dropRole(name: string): RoleStatement {
  return { summary: `drop role ${shown(name)}`, sql: `DROP ROLE ${identifier(name)}`, danger: 'drops' }
}

/** A name as a person reads it; unusual ones stand in quotes, so that they cannot paint the terminal. */
export function shown(name: string): string {
  return /^[\w-]+$/.test(name) ? name : visibleText(JSON.stringify(name))
}

/** Readable names in a sentence: the name alone, or how many there are and the first three. */
export function listed(names: readonly string[], noun: string, count: number = names.length): string {
  const first = names.slice(0, 3).join(', ')
  return count === 1 ? first : `${count} ${noun}s ${first}${count > 3 ? ' …' : ''}`
}
