/** What is wrong with an ARN that shall log in as a role, or `undefined` when it names an IAM role or user. */
export function arnProblem(arn: string): string | undefined {
  if (principal.test(arn)) return undefined
  const session = assumedRole.exec(arn)?.groups
  if (session !== undefined) return sessionProblem(arn, session)
  const [, kind = ''] = /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:([a-z-]+)/.exec(arn) ?? []
  const reason = Object.hasOwn(strangers, kind) ? strangers[kind] : undefined
  if (reason !== undefined) return `"${arn}" ${reason}`
  return `"${arn}" is not the ARN of an IAM role or user, such as "arn:aws:iam::123456789012:role/app"`
}

// IAM paths may hold every printable ASCII character; names only [\w+=,.@-] (IAM identifiers, read 2026-11).
const principal = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\x21-\x7e]*\/)?[\w+=,.@-]+$/
const assumedRole =
  /^arn:(?<partition>aws[a-z-]*):sts::(?<account>\d{12}):assumed-role\/(?<role>[\w+=,.@-]+)(\/[\w+=,.@-]*)?$/

/** ARNs of IAM that a person may take for one that logs in. */
const strangers: Readonly<Record<string, string>> = {
  root: 'is the whole account; name a role or a user of it',
  group: 'is a group, which signs nothing; name its users, or a role',
  'instance-profile': 'is an instance profile; name the role in it',
  'federated-user': 'is one federated session; name the user who opened it, or a role',
  policy: 'is a policy; name the role or user that it is attached to',
}

/** A session's ARN leaves out the path of its role. */
function sessionProblem(arn: string, { partition, account, role = '' }: Record<string, string | undefined>): string {
  const proposed = (path: string) => `"arn:${partition}:iam::${account}:role/${path}${role}"`
  const start = `"${arn}" is one session of a role; write the role itself:`
  // IAM Identity Center makes its roles there, without a region when it lives in us-east-1 (read 2026-11).
  if (role.startsWith('AWSReservedSSO_')) {
    return `${start} ${proposed('aws-reserved/sso.amazonaws.com/REGION/')}, with the region of IAM Identity Center, or without REGION/ where that is us-east-1`
  }
  return `${start} ${proposed('')}; if it has a path, which a session does not tell, see \`aws iam get-role --role-name ${role} --query Role.Arn\``
}
