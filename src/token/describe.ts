/** What a token says in clear about itself; the signature is left out. */
export interface TokenFacts {
  /** With the port, for RDS. */
  host: string
  action: string
  /** RDS tokens name the user. */
  user: string | undefined
  accessKeyId: string
  region: string
  /** In milliseconds since 1970, by the clock that signed. */
  signedAt: number
  lifetimeMs: number
}

/** Reads the facts of a token; `undefined` when the text is none. */
export function describeToken(token: string): TokenFacts | undefined {
  const url = URL.canParse(`https://${token}`) ? new URL(`https://${token}`) : undefined
  const read = (name: string) => url?.searchParams.get(name) ?? undefined
  const action = read('Action')
  const [accessKeyId, , region] = read('X-Amz-Credential')?.split('/') ?? []
  const signedAt = parseAmzDate(read('X-Amz-Date') ?? '')
  if (!action || !accessKeyId || !region || signedAt === undefined) return undefined
  const host = token.slice(0, token.indexOf('/'))
  return {
    host,
    action,
    user: read('DBUser'),
    accessKeyId,
    region,
    signedAt,
    lifetimeMs: Number(read('X-Amz-Expires')) * 1000,
  }
}

/** The time in a text like `20261121T093000Z`, in milliseconds since 1970. */
export function parseAmzDate(text: string): number | undefined {
  const time = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  return Number.isNaN(time) ? undefined : time
}
