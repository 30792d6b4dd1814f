import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { makeAuthority } from '../../../src/emulator/tls/certificates.ts'

const host = 'shop.cluster-c1q2w3e4r5t6.eu-west-1.rds.amazonaws.com'

test('the leaf is signed by the authority and holds for exactly the pretended host', () => {
  const { ca, issue } = makeAuthority()
  const { cert } = issue(host)
  const authority = new X509Certificate(ca)
  const leaf = new X509Certificate(cert)
  expect(authority.ca).toBe(true)
  expect(leaf.ca).toBe(false)
  expect(leaf.checkIssued(authority)).toBe(true)
  expect(leaf.verify(authority.publicKey)).toBe(true)
  expect(leaf.subjectAltName).toBe(`DNS:${host}`)
  expect(leaf.checkHost('localhost')).toBeUndefined()
})

test('a host name longer than a common name may be still verifies', () => {
  const long = `${'a'.repeat(63)}.cluster-c1q2w3e4r5t6.ap-southeast-5.rds.amazonaws.com`
  expect(new X509Certificate(makeAuthority().issue(long).cert).checkHost(long)).toBe(long)
})

test('a leaf for two endpoints of a cluster holds for both of them', () => {
  const reader = host.replace('.cluster-', '.cluster-ro-')
  const leaf = new X509Certificate(makeAuthority().issue(host, reader).cert)
  expect([host, reader].map((each) => leaf.checkHost(each))).toEqual([host, reader])
})

test('two emulators never trust each other', () => {
  const leaf = new X509Certificate(makeAuthority().issue(host).cert)
  expect(leaf.verify(new X509Certificate(makeAuthority().ca).publicKey)).toBe(false)
})

test('a client that verifies lets the server in under its pretended name alone', async () => {
  const { ca, issue } = makeAuthority()
  const { cert, key } = issue(host)
  const server = createServer({ cert, key }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const good = connect({ port, host: '127.0.0.1', ca, servername: host })
  await once(good, 'secureConnect')
  expect(good.authorized).toBe(true)
  good.destroy()
  const other = connect({ port, host: '127.0.0.1', ca, servername: 'localhost' })
  await expect(once(other, 'secureConnect')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  server.close()
})

test('openssl verifies the chain by the strict rules of RFC 5280', () => {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'))
  try {
    const { ca, issue } = makeAuthority()
    const { cert } = issue(host)
    writeFileSync(join(directory, 'ca.pem'), ca)
    writeFileSync(join(directory, 'cert.pem'), cert)
    const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', host, '-CAfile', 'ca.pem']
    const output = execFileSync('openssl', [...args, 'cert.pem'], { cwd: directory, encoding: 'utf8' })
    expect(output.trim()).toBe('cert.pem: OK')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
