import { identifier } from '../../sql/quote.ts'
import { shown } from '../statement.ts'
import type { Attribute, Person, Survey } from '../survey/survey.ts'
import { isAdmin, isSystemRole } from '../survey/visible.ts'
import type { Finding } from './finding.ts'

/** Attributes that stand above every grant, of anybody but the admin and the server's own roles. */
export function powerFindings(survey: Survey): Finding[] {
  return survey.people
    .filter((person) => !isSystemRole(person) && !isAdmin(survey, person.name) && attributesOf(person).length > 0)
    .map((person) => {
      const { name } = person
      const held = attributesOf(person)
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
export function attributesOf(person: Person): Attribute[] {
  return (Object.keys(words) as Attribute[]).filter((attribute) => person[attribute])
}

/** PostgreSQL's words; NO before each takes it away. */
const words: Record<Attribute, string> = {
  superuser: 'SUPERUSER',
  createRole: 'CREATEROLE',
  createDatabase: 'CREATEDB',
  replication: 'REPLICATION',
  bypassRls: 'BYPASSRLS',
}
