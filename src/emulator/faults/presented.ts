import { createSecureContext, type SecureContext } from 'node:tls'
import { type Authority, makeAuthority } from '../tls/certificates.ts'

/** Which certificate a TLS handshake shows. */
export type Certificate = 'own' | 'other-name' | 'unknown-authority'

/** The certificate that is shown, and how to show another. */
export interface Presented {
  context(): SecureContext
  present(certificate: Certificate): void
}

/** Shows the emulator's own certificate, for `hosts`. */
export function createPresented(authority: Authority, hosts: readonly string[]): Presented {
  const own = createSecureContext(authority.issue(...hosts))
  let shown = own
  return {
    context: () => shown,
    present(certificate) {
      if (certificate === 'own') shown = own
      else if (certificate === 'other-name') shown = createSecureContext(authority.issue('other.example'))
      else shown = createSecureContext(makeAuthority().issue(...hosts))
    },
  }
}
