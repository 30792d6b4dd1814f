import type { DropStmt, GrantStmt, Node as TreeNode } from 'libpg-query'
import type { ObjectName, Touched } from '../steps/step.ts'
import { nameOf, nameOfList, stringsOf } from './names.ts'
import type { Node } from './statement.ts'

/** The objects whose catalog rows a schema change alters, so far as they show it: a role does not. */
export function touchedBy(tree: Node): Touched[] {
  if ('CreateStmt' in tree) return [relation(nameOf(tree.CreateStmt.relation))]
  if ('ViewStmt' in tree) return [relation(nameOf(tree.ViewStmt.view))]
  if ('CreateSeqStmt' in tree) return [relation(nameOf(tree.CreateSeqStmt.sequence))]
  if ('AlterSeqStmt' in tree) return [relation(nameOf(tree.AlterSeqStmt.sequence))]
  if ('AlterTableStmt' in tree) return [relation(nameOf(tree.AlterTableStmt.relation))]
  if ('CreateFunctionStmt' in tree) return [routine(nameOfList(tree.CreateFunctionStmt.funcname))]
  if ('AlterFunctionStmt' in tree) return [routine(nameOfList(tree.AlterFunctionStmt.func?.objname))]
  if ('CreateDomainStmt' in tree) return [type(nameOfList(tree.CreateDomainStmt.domainname))]
  if ('AlterDomainStmt' in tree) return [type(nameOfList(tree.AlterDomainStmt.typeName))]
  if ('CreateSchemaStmt' in tree) return [schema(tree.CreateSchemaStmt.schemaname ?? '')]
  if ('DropStmt' in tree) return droppedBy(tree.DropStmt)
  if ('GrantStmt' in tree) return grantedBy(tree.GrantStmt)
  if ('CommentStmt' in tree) return objectOf(tree.CommentStmt.objtype, tree.CommentStmt.object)
  if ('AlterOwnerStmt' in tree) return objectOf(tree.AlterOwnerStmt.objectType, tree.AlterOwnerStmt.object)
  if ('RenameStmt' in tree) {
    const { renameType, relation: named, object, newname = '' } = tree.RenameStmt
    const before = named ? [relation(nameOf(named))] : objectOf(renameType, object)
    const inside = renameType === 'OBJECT_COLUMN' || renameType === 'OBJECT_TABCONSTRAINT'
    return inside ? before : [...before, ...before.map((touched) => ({ ...touched, name: newname }))]
  }
  if ('AlterObjectSchemaStmt' in tree) {
    const { objectType, relation: named, object, newschema = '' } = tree.AlterObjectSchemaStmt
    const before = named ? [relation(nameOf(named))] : objectOf(objectType, object)
    return [...before, ...before.map((touched) => ({ ...touched, schema: newschema }))]
  }
  return []
}

const relation = (name: ObjectName): Touched => ({ kind: 'relation', ...name })
const routine = (name: ObjectName): Touched => ({ kind: 'routine', ...name })
const type = (name: ObjectName): Touched => ({ kind: 'type', ...name })
const schema = (name: string): Touched => ({ kind: 'schema', name })

function droppedBy({ removeType, objects = [] }: DropStmt): Touched[] {
  return objects.flatMap((object) => objectOf(removeType, object))
}

function grantedBy({ targtype, objtype, objects = [] }: GrantStmt): Touched[] {
  if (targtype !== 'ACL_TARGET_OBJECT') return []
  return objects.flatMap((object) =>
    'RangeVar' in object ? [relation(nameOf(object.RangeVar))] : objectOf(objtype, object),
  )
}

/** Of a column, a trigger or a constraint it is the table that shows it. */
function objectOf(kind: string | undefined, object: TreeNode | undefined): Touched[] {
  if (object === undefined || kind === undefined) return []
  if ('ObjectWithArgs' in object) return [routine(nameOfList(object.ObjectWithArgs.objname))]
  if ('TypeName' in object) return [type(nameOfList(object.TypeName.names))]
  if ('String' in object) return kind === 'OBJECT_SCHEMA' ? [schema(object.String.sval ?? '')] : []
  if (!('List' in object)) return []
  const { items } = object.List
  if (kind === 'OBJECT_COLUMN' || kind === 'OBJECT_TRIGGER' || kind === 'OBJECT_TABCONSTRAINT') {
    const outer = (items ?? []).slice(0, -1)
    return [relation(nameOfList(outer))]
  }
  return stringsOf(items).length > 0 ? [relation(nameOfList(items))] : []
}
