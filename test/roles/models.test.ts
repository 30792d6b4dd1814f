import { expect, test } from 'vitest'
import { namesModels, withTables } from '../../src/roles/models.ts'

const known = [
  { models: ['Order'], table: 'orders', schema: undefined },
  { models: ['Item'], table: 'items', schema: 'stock' },
  { models: ['Item', 'Order'], table: '_ItemToOrder', schema: 'stock' },
]
const readonly = { privileges: 'readonly' as const }

test('models become the tables that they map to, a grant for each schema; a joining table takes both its models', () => {
  const expand = (models: '*' | string[]) =>
    withTables({ app: { login: true, grants: [{ models, ...readonly }] } }, known).manifest.app
  expect(expand(['Order'])).toEqual({ login: true, grants: [{ tables: ['orders'], ...readonly }] })
  const all = {
    login: true,
    grants: [
      { tables: ['orders'], ...readonly },
      { schema: 'stock', tables: ['items', '_ItemToOrder'], ...readonly },
    ],
  }
  expect(expand(['Item', 'Order'])).toEqual(all)
  expect(expand('*')).toEqual(all)
})

test('what names no models stays as it is', () => {
  const manifest = { app: { grants: [{ schema: 'shop', tables: '*' as const, ...readonly }] }, group: { login: false } }
  expect(namesModels(manifest)).toBe(false)
  expect(withTables(manifest, known)).toEqual({ manifest, problems: [] })
})

test('models that are not there are named with the nearest', () => {
  const { problems } = withTables({ app: { grants: [{ models: ['Odrer', 'items'], ...readonly }] } }, known)
  expect(problems).toEqual([
    'role "app": grants[0]: there is no model "Odrer" (did you mean `Order`?)',
    'role "app": grants[0]: there is no model "items" (did you mean `Item`?)',
  ])
})
