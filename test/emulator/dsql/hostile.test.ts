import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { loadParser } from '../../../src/emulator/dsql/parser.ts'
import { createDsqlSession } from '../../../src/emulator/dsql/session.ts'
import { message } from '../../../src/emulator/wire/messages.ts'

beforeAll(() => loadParser())

const sql = fc.oneof(
  fc.constantFrom(
    'BEGIN',
    'CREATE TABLE a (id int)',
    'CREATE INDEX ASYNC ON a (id)',
    "AWS IAM GRANT a TO 'b'",
    'TRUNCATE a',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const name = fc.constantFrom('', 's', 't')
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array))
const anything = (types: string) =>
  fc.tuple(fc.constantFrom(...types), bytes).map(([type, body]) => message(type, body))
const text = (...parts: string[]) => Buffer.from(`${parts.join('\0')}\0`)

const fromClient = fc.oneof(
  fc.array(sql, { maxLength: 4 }).map((script) => message('Q', text(script.join(';')))),
  fc.tuple(name, sql).map(([statement, script]) => message('P', text(statement, script, ''))),
  fc.tuple(name, name).map((names) => message('B', text(...names))),
  name.map((portal) => message('E', text(portal))),
  fc.tuple(fc.constantFrom('S', 'P'), name).map(([kind, of]) => message('C', text(kind + of))),
  fc.constant(message('S')),
  anything('QPBEDCSHFXdcfp?'),
)
const fromServer = fc.oneof(
  fc.constantFrom('I', 'T', 'E').map((status) => message('Z', Buffer.from(status))),
  fc
    .constantFrom('C42P01\0M relation "sys.refusal_0" does not exist\0\0', 'C40001\0\0', 'P7\0\0', '')
    .map((fields) => message('E', Buffer.from(fields))),
  anything('ZECNIs123nTtDGHWKSAR?'),
)

it('neither side makes the filter throw, and no message of the client is lost or turned around', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fromClient.map((whole) => ({ from: 'client', whole })),
          fromServer.map((whole) => ({ from: 'server', whole })),
        ),
        {
          maxLength: 30,
        },
      ),
      (script) => {
        const sent: string[] = []
        let syncs = 0
        const session = createDsqlSession({
          user: 'admin',
          toServer: (whole) => sent.push(String.fromCharCode(whole[0] ?? 0)),
          toClient: (whole) => expect(whole.readInt32BE(1)).toBe(whole.length - 1),
        })
        for (const { from, whole } of script) {
          if (from === 'client') session.fromClient(whole)
          else session.fromServer(whole)
        }
        for (let round = 0; round < 60; round++) {
          session.fromServer(message('E', Buffer.from('C57014\0\0')))
          session.fromServer(message('Z', Buffer.from('I')))
        }
        const asked = script
          .filter(({ from }) => from === 'client')
          .map(({ whole }) => String.fromCharCode(whole[0] ?? 0))
        // In place of an Execute goes a Parse that fails; a Sync is put in where a Query breaks off a batch.
        const rows = (types: string[]) => types.filter((type) => 'dcf'.includes(type)).join('')
        const others = (types: string[]) =>
          types
            .filter((type) => !'dcfS'.includes(type))
            .map((type) => (type === 'E' ? 'P' : type))
            .join('')
        syncs = sent.filter((type) => type === 'S').length - asked.filter((type) => type === 'S').length
        expect(others(sent)).toBe(others(asked))
        expect(rows(sent)).toBe(rows(asked))
        expect(syncs).toBeGreaterThanOrEqual(0)
      },
    ),
    { numRuns: 1000 },
  )
})
