import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, der, integer, octets, oid, sequence, set, time, utf8, yes } from './der.ts'

/** A certificate authority of its own; nothing of it outlives the emulator. */
export interface Authority {
  /** What clients are to trust, PEM. */
  ca: string
  /**
   * Makes a server certificate for exactly these hosts: not for `localhost`, since a client that verifies
   * has to verify the name of the AWS endpoint.
   */
  issue(...hosts: readonly string[]): Leaf
}

/** A server's certificate. */
export interface Leaf {
  /** PEM. */
  cert: string
  /** The private key, PEM; stays in memory. */
  key: string
}

/** Makes a new authority, valid from the day before `now` for a good year. */
export function makeAuthority(now: Date = new Date()): Authority {
  const authority = keyPair()
  const life = { from: new Date(now.getTime() - dayMs), to: new Date(now.getTime() + 397 * dayMs) }
  const issuer = name('prisma-iam emulator CA')
  const signedBy = { issuer, key: authority.privateKey, life }
  const ca = certificate({
    ...signedBy,
    subject: issuer,
    publicKey: authority.publicKey,
    // Certificate and CRL signing.
    extensions: [basicConstraints(true), keyUsage(0x06, 1), keyIdentifier(authority.publicKey)],
  })
  return {
    ca: pem(ca),
    issue(...hosts) {
      const server = keyPair()
      const cert = certificate({
        ...signedBy,
        // Hosts stand in the alternative name alone: a common name holds 64 characters, an endpoint may have more.
        subject: name('prisma-iam emulator'),
        publicKey: server.publicKey,
        extensions: [
          basicConstraints(false),
          keyUsage(0x80, 7),
          extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
          extension('2.5.29.17', sequence(...hosts.map((host) => der(0x82, Buffer.from(host))))),
          keyIdentifier(server.publicKey),
          extension('2.5.29.35', sequence(der(0x80, identifierOf(authority.publicKey)))),
        ],
      })
      return { cert: pem(cert), key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

const dayMs = 86_400_000
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

interface CertificateParts {
  subject: Buffer
  issuer: Buffer
  life: { from: Date; to: Date }
  publicKey: KeyObject
  extensions: readonly Buffer[]
  /** The issuer's. */
  key: KeyObject
}

function certificate(parts: CertificateParts): Buffer {
  const { subject, issuer, life, publicKey, extensions, key } = parts
  const version3 = der(0xa0, integer(Buffer.from([2])))
  const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(15)]))
  const validity = sequence(time(life.from), time(life.to))
  const body = sequence(
    version3,
    serial,
    ecdsaWithSha256,
    issuer,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  return sequence(body, ecdsaWithSha256, bits(sign('sha256', body, key)))
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), yes(), octets(value)) : sequence(oid(id), octets(value))
}

function basicConstraints(authority: boolean): Buffer {
  return extension('2.5.29.19', authority ? sequence(yes()) : sequence(), true)
}

function keyUsage(flags: number, unused: number): Buffer {
  return extension('2.5.29.15', bits(Buffer.from([flags]), unused), true)
}

function keyIdentifier(key: KeyObject): Buffer {
  return extension('2.5.29.14', octets(identifierOf(key)))
}

function identifierOf(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
