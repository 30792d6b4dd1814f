import { expect, test } from 'vitest'
import { readable } from '../../src/roles/readable.ts'
import type { SqlClient } from '../../src/roles/server.ts'

const all = { functions: true, databases: true, dependencies: true }
const answering = (answer: (catalog: string) => unknown[]) => {
  const asked: string[] = []
  const client: SqlClient = {
    query: async <Row>(text: string) => {
      const catalog = /pg_catalog\.(\w+)/.exec(text)?.[1] ?? ''
      asked.push(catalog)
      return { rows: answer(catalog) as Row[] }
    },
  }
  return { asked, client }
}
const refusing = (code: string) =>
  answering((catalog) => {
    if (catalog !== 'pg_proc') return [{ one: 1 }]
    throw Object.assign(new Error(`${catalog} is not for you`), { code })
  }).client

test('where the service has all catalogs nothing is asked', async () => {
  const { asked, client } = answering(() => [])
  expect(await readable(client, {}, all)).toEqual({ depth: all, unseen: {} })
  expect(asked).toEqual([])
})

test('elsewhere what is wanted is tried, and nothing else', async () => {
  const { asked, client } = answering(() => [{ one: 1 }])
  const wanted = { ...all, databases: false }
  expect(await readable(client, { catalogsUnproven: true }, wanted)).toEqual({ depth: wanted, unseen: {} })
  expect(asked).toEqual(['pg_proc', 'pg_shdepend'])
})

test.each(['0A000', '42501', '42P01'])(
  'a catalog that the server refuses (%s) is told with its words',
  async (code) => {
    expect(await readable(refusing(code), { catalogsUnproven: true }, all)).toEqual({
      depth: { ...all, functions: false },
      unseen: { functions: 'functions are not looked at: this server does not show pg_proc (pg_proc is not for you)' },
    })
  },
)

test('a catalog that lists not even what every PostgreSQL has is no answer; that nothing depends on a role can be', async () => {
  const { depth, unseen } = await readable(answering(() => []).client, { catalogsUnproven: true }, all)
  expect(depth).toEqual({ functions: false, databases: false, dependencies: true })
  expect(Object.values(unseen)).toEqual([
    'functions are not looked at: this server does not show pg_proc (it is empty)',
    'rights on the database itself are not looked at: this server does not show pg_database (it is empty)',
  ])
})

test('another error is no answer either', async () => {
  await expect(readable(refusing('57P01'), { catalogsUnproven: true }, all)).rejects.toThrow('is not for you')
})
