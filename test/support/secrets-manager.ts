import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on loopback that answers as AWS Secrets Manager does, for the SDK's own client. */
export interface TestSecretsManager {
  /** The variable that leads the SDK there. */
  env: Record<string, string>
  /** How often a secret was asked for, and by which access key last. */
  asked(): { times: number; accessKey: string | undefined }
  stop(): Promise<void>
}

/** Serves secrets by ARN; any other ARN is refused as unknown. */
export async function testSecretsManager(secrets: Readonly<Record<string, string>>): Promise<TestSecretsManager> {
  let times = 0
  let accessKey: string | undefined
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    times++
    accessKey = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1]
    const { SecretId: id } = JSON.parse(body) as { SecretId: string }
    const isAsked = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue'
    const text = isAsked ? secrets[id] : undefined
    response.writeHead(text === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(text === undefined ? unknown : { ARN: id, Name: 'secret', SecretString: text }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}` },
    asked: () => ({ times, accessKey }),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const unknown = { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." }
