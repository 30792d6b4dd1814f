import type { Login } from '../connect/login.ts'
import type { Progress } from '../steps/progress.ts'
import type { Connection, Databases } from './adapter.ts'
import type { Datasource } from './argv.ts'
import { askOf, type Entry, type Hold, takeHold } from './deploy-lock.ts'
import { enter } from './enter.ts'
import type { ServerName } from './error-texts.ts'
import { lockPatience } from './lock.ts'
import { audienceVariable, type EngineLogin, requestLogin, type Served, socketVariable } from './login.ts'
import { assertMeant } from './meant.ts'
import { checked, endWith, openSession, type Session } from './session.ts'
import { assertApart, createShadow, emptyShadow, noRoomForShadow } from './shadow.ts'
import { urlLogin } from './url-login.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The engine's way to its databases: one dedicated session each, because a pool would lose the advisory lock. */
export interface Connections extends Databases {
  /** A session to the server's maintenance database, and the name of the database that the login is for. */
  maintenance(): Promise<{ session: Session; database: string }>
  /**
   * Makes sure that this deploy is the only one, until the hold is given back.
   *
   * @throws PRISMA_IAM_MIGRATE_LOCK, PRISMA_IAM_MIGRATE_LOCK_LOST
   */
  hold(): Promise<Hold>
  /** Whether a hold would outlive this process for a while. */
  outlives(): boolean
  /** The server that was last dialled, for error texts. */
  server(): ServerName | undefined
  end(): Promise<void>
}

/** Where the engine gets its world from. */
export interface ConnectionEdges {
  env: Env
  /** Resolves when Prisma's CLI is gone though it waits for an answer. Default never. */
  abandoned?: Promise<void>
  /** Called when the CLI or the process that serves the login is gone, and the running statement has ended. */
  onGone: () => void
}

/** Logs in as the process that loaded the config says, or by the URL's own password when there is none. */
export function createConnections(datasource: Datasource, edges: ConnectionEdges): Connections {
  const { env, abandoned = never, onGone } = edges
  const open = new Set<Session>()
  let server: ServerName | undefined
  let held: Hold | undefined
  const ask = async (): Promise<Served> => {
    const socket = env[socketVariable]
    if (!socket) return { ...(await urlLogin(datasource.url, env)), gone: never, tell: () => undefined }
    const served = await requestLogin(socket)
    assertMeant(served.login, datasource.url, { anyUser: Boolean(env[audienceVariable]) })
    return served
  }
  const connect = async (login: Login, { gone = never, ...way }: Partial<Served> = {}): Promise<Session> => {
    server = { ...login.verify, user: login.user, database: login.database }
    const left = Promise.race([gone, abandoned])
    const leave = async () => {
      if (held?.outlives) await held.release()
      onGone()
    }
    const session = endWith(openSession(await enter(login, { ...way, left, leave })), left, leave)
    open.add(session)
    return session
  }
  const logIn = async (): Promise<Entered> => {
    const entry = await ask()
    const session = await connect(entry.login, entry)
    return {
      ...entry,
      session,
      reach: (database) => connect({ ...entry.login, database }, entry),
      // The lease outlives a wrapper that is gone, so its line does too.
      async openLine() {
        const { login, renew, tell } = await ask()
        const line = openSession(await enter(login, { renew, tell }))
        return { ask: askOf(line), end: () => line.end() }
      },
    }
  }
  let main: Promise<Entered> | undefined
  const entrance = () => {
    main ??= logIn()
    return main
  }
  /** Where a shadow database can be made: on the login's own server, or on one beside it. */
  const shadowServer = async (entered: Entered): Promise<EngineLogin & Reaching> => {
    const { shadow, capabilities, gone } = entered
    if (shadow === undefined) {
      if (!capabilities.severalDatabases) throw noRoomForShadow()
      return entered
    }
    const session = await connect(shadow.login, { gone })
    return { ...shadow, session, reach: (database) => connect({ ...shadow.login, database }, { gone }) }
  }
  const over = (session: Session, { login, capabilities, dsql, tell }: EngineLogin & Partial<Served>): Connection => {
    const lockTimeoutMs = lockPatience(env, capabilities.advisoryLocks)
    const report = (progress: Progress) => tell?.({ kind: 'step', progress })
    return { session, schema: login.schema ?? 'public', capabilities, lockTimeoutMs, dsql, edges: { report } }
  }
  return {
    async main() {
      const entered = await entrance()
      return over(
        checked(entered.session, async (sql) => held?.check(sql)),
        entered,
      )
    },
    async shadow() {
      const entered = await entrance()
      if (datasource.shadowDatabaseUrl === undefined) {
        const { session, reach, ...there } = await shadowServer(entered)
        return over(await createShadow(session, reach), there)
      }
      const given = await urlLogin(datasource.shadowDatabaseUrl, env)
      const session = await connect(given.login)
      await assertApart(entered.session, session)
      await emptyShadow(session, given.login.schema ?? 'public')
      return over(session, given)
    },
    async maintenance() {
      const { login, ...way } = await ask()
      return { session: await connect({ ...login, database: 'postgres' }, way), database: login.database }
    },
    async hold() {
      held = await takeHold(await entrance())
      return held
    },
    outlives: () => held?.outlives === true,
    server: () => server,
    async end() {
      await Promise.allSettled([...open].map((session) => session.end()))
    },
  }
}

interface Reaching {
  session: Session
  /** Another database of the same server, by the same login. */
  reach(database: string): Promise<Session>
}

type Entered = Entry & Reaching

const never = new Promise<void>(() => {})
