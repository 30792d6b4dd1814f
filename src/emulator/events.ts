/** What happens at the emulator's door; no event carries a token or a password. */
export type EmulatorEvent =
  /** A client got in. `arn` is there when a token opened the door. */
  | { type: 'login'; user: string; database: string; arn?: string }
  /** A client was refused by the service's rules; `reason` is more than the client is told. */
  | { type: 'refused'; user: string; reason: string; detail: string }
  /** PostgreSQL itself refused a login that the service's rules had let pass. */
  | { type: 'failed'; user: string; detail: string }
  /** A connection that was no client, or left before it said what it wants. */
  | { type: 'gone'; detail: string }
  /** A CancelRequest; a key that was not given out here is `known: false` and has no effect. */
  | { type: 'cancel'; known: boolean }
