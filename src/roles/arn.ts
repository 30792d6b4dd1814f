/** What is wrong with an ARN that shall log in as a role, or `undefined` when it names an IAM role or user. */
export function arnProblem(arn: string): string | undefined {
  if (principal.test(arn)) return undefined
  const assumed = assumedRole.exec(arn)?.groups
  if (assumed !== undefined) {
    const role = `arn:${assumed.partition}:iam::${assumed.account}:role/${assumed.role}`
    return `"${arn}" is one session of a role; write the role itself: "${role}" (with its path, if it has one)`
  }
  return `"${arn}" is not the ARN of an IAM role or user, such as "arn:aws:iam::123456789012:role/app"`
}

// IAM paths may hold every printable ASCII character; names only [\w+=,.@-] (IAM identifiers, read 2026-11).
const principal = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\x21-\x7e]*\/)?[\w+=,.@-]+$/
const assumedRole =
  /^arn:(?<partition>aws[a-z-]*):sts::(?<account>\d{12}):assumed-role\/(?<role>[\w+=,.@-]+)(\/[\w+=,.@-]*)?$/
