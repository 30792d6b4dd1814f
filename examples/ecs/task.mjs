import { isPrismaIamError, migrateDeploy } from 'prisma-iam/migrate'

// A one-off task (`aws ecs run-task`) or an init container. ECS sends SIGTERM and, `stopTimeout` seconds later, SIGKILL:
// what runs then is rolled back in the database, and the lock is free before the task ends.
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort(signal))

try {
  const result = await migrateDeploy({
    signal: stop.signal,
    report: (step) => console.error(JSON.stringify(step)),
  })
  console.log(JSON.stringify(result))
} catch (error) {
  if (stop.signal.aborted) {
    console.error(`stopped by ${stop.signal.reason}`)
    process.exitCode = stop.signal.reason === 'SIGINT' ? 130 : 143
  } else {
    console.error(isPrismaIamError(error) ? `${error.message}\n(${error.code})` : error)
    process.exitCode = 1
  }
}
