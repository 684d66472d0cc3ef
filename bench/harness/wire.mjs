import { Agent, request as httpRequest } from 'node:http'
import { crc32 } from 'node:zlib'

const operationOf = (headers) => {
  const target = headers['x-amz-target'] ?? headers['X-Amz-Target']
  return target.slice(target.indexOf('.') + 1)
}

/** The SDK's request bodies warn when they are asked for their text; their bytes do not. */
const textOf = (body) =>
  typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()

/** One POST over a real socket; headers go as they are, but for the host. */
export function post(endpoint, headers, body, agent) {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method: 'POST', path: '/', headers, agent }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ statusCode: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/**
 * What stands where a library's sockets would be. While recording, requests go to a real engine and both sides are kept;
 * while replaying, each operation is answered from memory with the bytes and headers that were recorded, and counted.
 */
export class Wire {
  #endpoint
  #agent = new Agent({ keepAlive: true })
  #answers = new Map()
  mode = 'record'
  recorded = []
  /** Requests answered since `replay` was called. */
  count = 0

  constructor(endpoint) {
    this.#endpoint = endpoint
  }

  /** Answers from now on with what `exchanges` hold: the last answer recorded for each operation. */
  replay(exchanges) {
    this.mode = 'replay'
    this.count = 0
    this.recorded = []
    this.#answers = new Map(exchanges.map(({ operation, answer }) => [operation, answer]))
  }

  record() {
    this.mode = 'record'
    this.recorded = []
  }

  /** `request`: `{ path, headers, body }`, header names in lower case, the host header included. */
  exchange(request) {
    const operation = operationOf(request.headers)
    if (this.mode === 'replay') {
      const answer = this.#answers.get(operation)
      if (answer === undefined) throw new Error(`${operation} was sent, but not when this row was recorded`)
      this.count++
      return answer
    }
    return this.#forward(operation, request)
  }

  async #forward(operation, { path, headers, body }) {
    const { host: _, ...forwarded } = headers
    const answer = await post(this.#endpoint, forwarded, body, this.#agent)
    // AWS sends a checksum with every answer; an engine that leaves it out must not save anybody the work of checking.
    answer.headers['x-amz-crc32'] ??= String(crc32(answer.body))
    this.recorded.push({ operation, path, headers, body: textOf(body), answer })
    return answer
  }

  /** A request handler for the clients of AWS SDK v3. A fresh view of the bytes each time: the SDK changes its prototype. */
  sdkHandler() {
    const toResponse = ({ statusCode, headers, body }) => ({
      response: { statusCode, headers, body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) },
    })
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request) => {
        const answer = this.exchange(request)
        return toResponse(answer instanceof Promise ? await answer : answer)
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    }
  }

  close() {
    this.#agent.destroy()
  }
}
