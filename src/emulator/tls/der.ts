/** The few DER encodings (X.690) that a certificate is made of. */

/** One value: tag, length, content. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

/** `SEQUENCE`. */
export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts)
}

/** `SET` of one. */
export function set(part: Uint8Array): Buffer {
  return der(0x31, part)
}

/** `OBJECT IDENTIFIER`, written with dots. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** `INTEGER` from big-endian bytes, kept positive. */
export function integer(bytes: Uint8Array): Buffer {
  const negative = ((bytes[0] ?? 0) & 0x80) !== 0
  return der(0x02, negative ? Buffer.from([0]) : Buffer.alloc(0), bytes)
}

/** `BOOLEAN TRUE`. */
export function yes(): Buffer {
  return der(0x01, Buffer.from([0xff]))
}

/** `UTF8String`. */
export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text))
}

/** `OCTET STRING` around `content`. */
export function octets(content: Uint8Array): Buffer {
  return der(0x04, content)
}

/** `BIT STRING` of whole bytes, or with `unused` bits at its end. */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content)
}

/** `UTCTime`, good until 2049. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
  return der(0x17, Buffer.from(digits.slice(2)))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  if (length < 0x100) return Buffer.from([0x81, length])
  return Buffer.from([0x82, length >> 8, length & 0xff])
}

function base128(value: number): number[] {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [...base128(value >> 7).map((byte) => byte | 0x80), low]
}
