import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), for logging in at a PostgreSQL given by URL. */
export interface ScramClient {
  first: string
  /** The answer to the server's first message. */
  final(serverFirst: string): string
  /** Whether the server knows the password too. */
  verify(serverFinal: string): boolean
}

/** Starts one exchange; `nonce` is for tests. */
export function scramClient(password: string, nonce: string = randomBytes(18).toString('base64')): ScramClient {
  const bare = `n=*,r=${nonce}`
  let expected = ''
  return {
    first: `n,,${bare}`,
    final(serverFirst) {
      const { r = '', s = '', i = '' } = attributes(serverFirst)
      const rounds = Number(i)
      if (!r.startsWith(nonce) || r === nonce || !(rounds > 0))
        throw new Error('SCRAM: the server sent a broken challenge')
      const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(s, 'base64'), rounds, 32, 'sha256')
      const clientKey = hmac(salted, 'Client Key')
      const withoutProof = `c=biws,r=${r}`
      const signed = `${bare},${serverFirst},${withoutProof}`
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed)
      expected = hmac(hmac(salted, 'Server Key'), signed).toString('base64')
      return `${withoutProof},p=${xor(clientKey, signature).toString('base64')}`
    },
    verify(serverFinal) {
      const given = Buffer.from(attributes(serverFinal).v ?? '')
      const wanted = Buffer.from(expected)
      return given.length === wanted.length && wanted.length > 0 && timingSafeEqual(given, wanted)
    },
  }
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))
}
