import { identifier } from '../../sql/quote.ts'
import type { Attribute, CatalogRole } from '../catalog.ts'
import { shown } from '../statement.ts'
import type { Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'
import type { Finding } from './finding.ts'

/** Attributes that stand above every grant, of anybody but the admin and the server's own roles. */
export function powerFindings(survey: Survey): Finding[] {
  return [...survey.roles.values()]
    .filter((role) => !isSystemRole(role) && !isAdmin(survey, role.name) && attributesOf(role).length > 0)
    .map((role) => {
      const { name } = role
      const held = attributesOf(role)
      return {
        kind: 'power',
        danger: held.every((attribute) => attribute === 'createDatabase') ? 'medium' : 'high',
        role: name,
        object: `role ${shown(name)}`,
        sentence: `${shown(name)} has ${held.map((attribute) => words[attribute]).join(', ')}`,
        sql: `ALTER ROLE ${identifier(name)} ${held.map((attribute) => `NO${words[attribute]}`).join(' ')}`,
      }
    })
}

/** The attributes that a role has. */
export function attributesOf(role: CatalogRole): Attribute[] {
  return (Object.keys(words) as Attribute[]).filter((attribute) => role[attribute])
}

/** PostgreSQL's words; NO before each takes it away. */
const words: Record<Attribute, string> = {
  superuser: 'SUPERUSER',
  createRole: 'CREATEROLE',
  createDatabase: 'CREATEDB',
  replication: 'REPLICATION',
  bypassRls: 'BYPASSRLS',
}
