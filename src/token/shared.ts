import type { TokenSource } from './source.ts'

const sources: WeakMap<object, WeakMap<object, Map<string, TokenSource>>> = new WeakMap()

/**
 * The source of these tokens, made when there is none yet.
 *
 * It is kept no longer than the objects (credentials, clock) that it belongs to, so that an app which makes a provider
 * for every request leaves nothing behind.
 */
export function sharedSource(
  [credentials, clock]: readonly [object, object],
  key: string,
  create: () => TokenSource,
): TokenSource {
  const byClock = known(sources, credentials, () => new WeakMap<object, Map<string, TokenSource>>())
  return known(
    known(byClock, clock, () => new Map<string, TokenSource>()),
    key,
    create,
  )
}

interface Mapping<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): unknown
}

function known<Key, Value>(map: Mapping<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create()
  map.set(key, value)
  return value
}
