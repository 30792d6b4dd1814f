import { expect, test } from 'vitest'
import { adviceOnLogin, explainTls } from '../../src/connect/advice.ts'

const failure = (code: string) => Object.assign(new Error('it failed'), { code })

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '`tls.caFile`'],
  ['SELF_SIGNED_CERT_IN_CHAIN', '`tls.caFile`'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', '`signHost`'],
  ['CERT_HAS_EXPIRED', 'clock'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'port'],
])('%s keeps its code, and its message ends with what to do', (code, advice) => {
  const cause = failure(code)
  const told = explainTls(cause)
  expect(told).toMatchObject({ code, cause, message: expect.stringMatching(/^it failed\nHint: /) })
  expect(told.message).toContain(advice)
  expect(adviceOnLogin(new AggregateError([cause]), { isDsql: false })).toContain(advice)
})

test('a database that is not there is made by a deploy, but not on DSQL; what has no advice stays as it came', () => {
  expect(adviceOnLogin(failure('3D000'), { isDsql: false })).toContain('npx prisma-iam migrate')
  expect(adviceOnLogin(failure('3D000'), { isDsql: true })).toContain('/postgres')
  const plain = failure('42P01')
  expect(explainTls(plain)).toBe(plain)
  expect(adviceOnLogin(plain, { isDsql: false })).toBeUndefined()
})
