import { describe, expect, it } from 'vitest'
import { type Fate, fateAfter } from '../../src/connect/fate.ts'

const server = (code: string, severity = 'ERROR') => Object.assign(new Error('told by the server'), { code, severity })
const socket = (code: string) => Object.assign(new Error('told by the socket'), { code, errno: -1, syscall: 'read' })

describe('the fate of a connection after an error', () => {
  it.each<[string, Error, Fate]>([
    ['a unique violation', server('23505'), 'keep'],
    ['a syntax error', server('42601'), 'keep'],
    ['a missing privilege', server('42501'), 'keep'],
    ['a serialization conflict', server('40001'), 'keep'],
    ['a deadlock', server('40P01'), 'keep'],
    ['a statement timeout', server('57014'), 'keep'],
    ['a divide by zero', server('22012'), 'keep'],
    ['an unknown feature of DSQL', server('0A000'), 'keep'],
    ['a DSQL parameter refused at startup', server('0A000', 'FATAL'), 'end'],
    ['an administrator’s command', server('57P01', 'FATAL'), 'end'],
    ['an administrator’s command, whatever its severity', server('57P01'), 'end'],
    ['a crash of another backend', server('57P02', 'FATAL'), 'end-with-siblings'],
    ['a server that shuts down', server('57P03', 'FATAL'), 'end-with-siblings'],
    ['a protocol violation', server('08P01'), 'end'],
    ['a lost connection', server('08006', 'FATAL'), 'end'],
    ['an idle session timeout', server('57P05', 'FATAL'), 'end'],
    ['a server that is unsure of itself', server('XX000'), 'end'],
    ['a read-only server', server('25006'), 'end-with-siblings'],
    ['a reset socket', socket('ECONNRESET'), 'end'],
    ['a broken pipe', socket('EPIPE'), 'end'],
    ['a host that went silent', socket('ETIMEDOUT'), 'end-with-siblings'],
    ['a host that is gone', socket('EHOSTUNREACH'), 'end-with-siblings'],
    ['a query timeout of the client', new Error('Query read timeout'), 'end'],
    ['an error of the app', new TypeError('x is not a function'), 'end'],
    ['an error of Node’s with a code of five letters', Object.assign(new Error('x'), { code: 'EPERM' }), 'end'],
  ])('on a writer, after %s: %#', (_what, error, fate) => {
    expect(fateAfter(error, 'writer')).toBe(fate)
  })

  it.each(['reader', 'custom'] as const)('takes one stray write on a %s endpoint for no failover', (kind) => {
    expect(fateAfter(server('25006'), kind)).toBe('keep')
    expect(fateAfter(server('57P01', 'FATAL'), kind)).toBe('end')
  })

  it.each([undefined, null, true, 'text', {}])('ends a connection that was given back with %s', (error) => {
    expect(fateAfter(error, 'writer')).toBe('end')
  })
})
