import { expect, test } from 'vitest'
import { createReadOnlyFilter } from '../../../src/emulator/faults/read-only.ts'
import { message, parameterStatus, query, typeOf } from '../../../src/emulator/wire/messages.ts'

const ready = (status: string) => message('Z', Buffer.from(status))
const parse = message('P', Buffer.from('\0SELECT 1\0\0\0'))
const sync = message('S')
const done = message('C', Buffer.from('SET\0'))
const isOn = parameterStatus('default_transaction_read_only', 'on')
const turnOn = 'SET default_transaction_read_only = on'

/** A filter between two lists, on an instance that begins as the writer. */
function filtered() {
  const server: string[] = []
  const client: string[] = []
  const instance = { reader: false }
  const filter = createReadOnlyFilter(() => instance.reader, {
    toServer: (each) => server.push(typeOf(each) === 'Q' ? each.toString('utf8', 5, each.length - 1) : typeOf(each)),
    toClient: (each) => client.push(typeOf(each)),
  })
  const send = (...messages: Buffer[]) => messages.forEach(filter.fromClient)
  const answer = (...messages: Buffer[]) => {
    for (const each of messages) {
      // As the relay does: what passes as it is, the filter is not told of.
      if (filter.asIs?.(each[0] ?? 0)) client.push(typeOf(each))
      else filter.fromServer(each)
    }
  }
  return { server, client, instance, send, answer }
}

test('on a writer everything passes as it is', () => {
  const { server, client, send, answer } = filtered()
  send(parse, sync, query('SELECT 2'))
  answer(message('1'), ready('I'), done, ready('I'))
  expect(server).toEqual(['P', 'S', 'SELECT 2'])
  expect(client).toEqual(['1', 'Z', 'C', 'Z'])
})

test('on a reader the setting goes first, and the client sees its change but not its answer', () => {
  const { server, client, instance, send, answer } = filtered()
  instance.reader = true
  send(parse, sync)
  expect(server).toEqual([turnOn])
  answer(done, isOn, ready('I'))
  expect(server).toEqual([turnOn, 'P', 'S'])
  answer(message('1'), ready('I'))
  expect(client).toEqual(['S', '1', 'Z'])
  send(query('SELECT 2'))
  expect(server.at(-1)).toBe('SELECT 2')
})

test('nothing is put between messages that wait for an answer, nor into a batch', () => {
  const { server, client, instance, send, answer } = filtered()
  send(query('SELECT 1'), query('SELECT 2'))
  instance.reader = true
  answer(done, ready('I'))
  send(query('SELECT 3'), parse)
  answer(done, ready('I'), done, ready('I'))
  send(sync)
  expect(server).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 3', 'P', 'S'])
  answer(message('1'), ready('I'))
  expect(client.join('')).toBe('CZCZCZ1Z')
  send(query('SELECT 4'))
  expect(server.at(-1)).toBe(turnOn)
})

test('a transaction that is open becomes read-only by itself, once, and a failed one is left alone', () => {
  const { server, instance, send, answer } = filtered()
  send(query('BEGIN'))
  answer(done, ready('T'))
  instance.reader = true
  send(query('INSERT'))
  answer(done, ready('T'))
  expect(server).toEqual(['BEGIN', 'SET transaction_read_only = on', 'INSERT'])
  answer(message('E'), ready('E'))
  send(query('ROLLBACK'))
  answer(done, ready('I'))
  send(query('BEGIN'))
  expect(server.slice(3)).toEqual(['ROLLBACK', turnOn])
})

test('back on a writer only what was set here is taken back', () => {
  const { server, instance, send, answer } = filtered()
  answer(isOn)
  send(query('SELECT 1'))
  answer(done, ready('I'))
  expect(server).toEqual(['SELECT 1'])
  answer(parameterStatus('default_transaction_read_only', 'off'))
  instance.reader = true
  send(query('SELECT 2'))
  answer(done, isOn, ready('I'), done, ready('I'))
  instance.reader = false
  send(query('SELECT 3'))
  expect(server).toEqual(['SELECT 1', turnOn, 'SELECT 2', 'RESET default_transaction_read_only'])
})

test('a goodbye is not kept waiting, and an error that ends the session passes', () => {
  const { server, client, instance, send, answer } = filtered()
  instance.reader = true
  send(message('X'))
  expect(server).toEqual(['X'])
  send(query('SELECT 1'))
  answer(message('E'))
  expect(client).toEqual(['E'])
})
