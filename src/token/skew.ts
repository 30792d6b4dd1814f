import { parseAmzDate } from './describe.ts'

/**
 * How far this machine's clock is behind the server's (negative: ahead), in milliseconds, where a refusal tells.
 *
 * AWS words it `Signature expired: A is now earlier than B (NOW - 15 min.)`, `Signature not yet current: A is still later
 * than B (NOW + 5 min.)`; DSQL hands the beginning on as its hint (recorded 2026-10-01), RDS tells nothing.
 */
export function clockSkewFrom(text: string, now: number): number | undefined {
  if (!/signature (expired|not yet current)/i.test(text)) return undefined
  const written = /\((\d{8}T\d{6}Z) [+-]/.exec(text)?.[1] ?? /(?:earlier|later) than (\d{8}T\d{6}Z)/i.exec(text)?.[1]
  const serverTime = written === undefined ? undefined : parseAmzDate(written)
  return serverTime === undefined ? undefined : serverTime - now
}
