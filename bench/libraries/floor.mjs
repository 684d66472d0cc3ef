import { createHash, createHmac } from 'node:crypto'
import { Agent } from 'node:http'
import { post } from '../harness/wire.mjs'
import { rawInput, rawPlain, rawRows } from './raw-item.mjs'

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const hmac = (key, data) => createHmac('sha256', key).update(data).digest()

/** A signer that can do one thing: POST / to DynamoDB with these five headers. The key of the day is kept. */
function createSigner({ accessKeyId, secretAccessKey }, region, host) {
  let day = ''
  let key
  const names = 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target'
  return (operation, body) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
    if (!date.startsWith(day) || day === '') {
      day = date.slice(0, 8)
      key = ['dynamodb', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretAccessKey}`, day), region))
    }
    const target = `DynamoDB_20120810.${operation}`
    const hash = sha256(body)
    const canonical = `POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:${host}\nx-amz-content-sha256:${hash}\nx-amz-date:${date}\nx-amz-target:${target}\n\n${names}\n${hash}`
    const scope = `${day}/${region}/dynamodb/aws4_request`
    const signature = createHmac('sha256', key)
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
      .digest('hex')
    return {
      'content-type': 'application/x-amz-json-1.0',
      host,
      'x-amz-content-sha256': hash,
      'x-amz-date': date,
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    }
  }
}

/** How cheap it can be at all: signed JSON over a socket, no models, no retries, no checks. Nobody should ship this. */
export const floor = {
  id: 'floor',
  name: 'hand-made floor (no models)',
  async open({ wire, endpoint, region, credentials, table }) {
    const host = wire === undefined ? new URL(endpoint).host : `dynamodb.${region}.amazonaws.com`
    const sign = createSigner(credentials, region, host)
    const agent = new Agent({ keepAlive: true })
    const exchange = (headers, body) =>
      wire === undefined ? post(endpoint, headers, body, agent) : wire.exchange({ path: '/', headers, body })
    const send = async (operation, input) => {
      const body = JSON.stringify(input)
      const answer = await exchange(sign(operation, body), body)
      const parsed = JSON.parse(answer.body.toString())
      if (answer.statusCode !== 200) throw new Error(`${operation}: ${parsed.__type} ${parsed.message}`)
      return parsed
    }
    return { rows: rawRows(table, send), input: rawInput, plain: rawPlain, close: () => agent.destroy() }
  },
}
