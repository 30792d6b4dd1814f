/** One session, as the others of its cluster know it. */
export interface Neighbour {
  /** Gives its row locks back; its transaction goes on with copies. */
  letGo(): Promise<void>
  /** The catalog has changed under its transaction, which is lost. */
  supersede(): Promise<void>
  /** Another has committed that these rows stay; its transaction is lost if it has removed one of them. */
  keep(rows: string): Promise<void>
}

/** What the sessions of a cluster have in common. */
export interface Neighbours {
  /** A session joins; call the answer when it leaves. */
  join(one: Neighbour): () => void
  /** All others give their row locks back. */
  letGo(besides: Neighbour): Promise<void>
  /** Another's transaction cannot go on, as the catalog has changed. */
  supersede(besides: Neighbour): Promise<void>
  /** Rows that were locked FOR KEY SHARE are there to stay. */
  keep(besides: Neighbour, rows: string): Promise<void>
  /** Commits copies while no other session begins to change rows; one after the other. */
  commit<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when no commit of copies is under way. */
  settled(): Promise<void>
  /** Whether a session is told of a changed catalog outside of transactions as well. */
  strictCatalog: boolean
  /** The version of the catalog. */
  catalog(): number
  /** DDL was committed; answers the new version. */
  catalogChanged(): number
  /** Lets the next transactions that change something fail at their COMMIT. */
  conflictNext(count: number, rule: Injected): void
  /** The rule that this COMMIT is to fail by, if it is. */
  takeConflict(): Injected | undefined
}

/** The rules that a COMMIT can be made to fail by. */
export type Injected = 'conflict' | 'schemaChanged'

/** Nobody is there yet. */
export function createNeighbours({ strictCatalog = true }: { strictCatalog?: boolean } = {}): Neighbours {
  const all = new Set<Neighbour>()
  const injected: Injected[] = []
  let catalog = 0
  let committing: Promise<unknown> = Promise.resolve()
  const others = (besides: Neighbour) => [...all].filter((each) => each !== besides)
  return {
    join(one) {
      all.add(one)
      return () => all.delete(one)
    },
    async letGo(besides) {
      await Promise.all(others(besides).map((each) => each.letGo()))
    },
    async supersede(besides) {
      await Promise.all(others(besides).map((each) => each.supersede()))
    },
    async keep(besides, rows) {
      await Promise.all(others(besides).map((each) => each.keep(rows)))
    },
    commit(work) {
      const done = committing.then(work)
      committing = done.catch(() => {})
      return done
    },
    async settled() {
      await committing
    },
    strictCatalog,
    catalog: () => catalog,
    catalogChanged: () => ++catalog,
    conflictNext(count, rule) {
      for (let left = count; left > 0; left--) injected.push(rule)
    },
    takeConflict: () => injected.shift(),
  }
}
