import http from 'node:http'
import https from 'node:https'
import type { NetworkError } from '../errors.js'
import { aborted, brokenAnswer, notHttp, timedOut, unreachable } from './network-errors.js'
import type { Transport, TransportRequest, TransportResponse } from './transport.js'

export interface NodeTransportOptions {
  /** Milliseconds to open a connection, TLS included. */
  readonly connectTimeout: number
  readonly maxSockets: number
  readonly keepAlive: boolean
}

/** Requests over pooled sockets of node:http and node:https; the most recently used socket goes first. */
export function createNodeTransport(options: NodeTransportOptions): Transport {
  const agentOptions = {
    keepAlive: options.keepAlive,
    maxSockets: options.maxSockets,
    maxFreeSockets: options.maxSockets,
  }
  const agents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) }
  const transport: Transport = (request) =>
    new Promise((resolve, reject) => {
      exchange(
        request,
        request.secure ? https : http,
        request.secure ? agents.https : agents.http,
        options,
        resolve,
        reject,
      )
    })
  transport.close = () => {
    agents.http.destroy()
    agents.https.destroy()
  }
  return transport
}

function exchange(
  request: TransportRequest,
  protocol: typeof http | typeof https,
  agent: http.Agent,
  { connectTimeout }: NodeTransportOptions,
  resolve: (response: TransportResponse) => void,
  reject: (error: NetworkError) => void,
): void {
  const { signal, timeout } = request
  if (signal?.aborted === true) {
    reject(aborted(signal, false))
    return
  }
  let connected = false
  let connectTimer: NodeJS.Timeout | undefined
  let response: http.IncomingMessage | undefined
  const outgoing = protocol.request({
    agent,
    host: request.hostname,
    port: request.port,
    method: request.method,
    path: request.path,
    headers: request.headers,
    setHost: false,
  })

  const settle = (): void => {
    clearTimeout(timer)
    clearTimeout(connectTimer)
    signal?.removeEventListener('abort', onAbort)
  }
  const fail = (error: NetworkError): void => {
    settle()
    reject(error)
    outgoing.destroy()
  }
  const onAbort = (): void => fail(aborted(signal as AbortSignal, connected))
  const timer = setTimeout(() => fail(timedOut(request, timeout, connected)), timeout)
  signal?.addEventListener('abort', onAbort, { once: true })

  outgoing.on('socket', (socket) => {
    if (!socket.connecting) {
      connected = true
      return
    }
    connectTimer = setTimeout(() => fail(timedOut(request, connectTimeout, false, 'connect')), connectTimeout)
    socket.once(request.secure ? 'secureConnect' : 'connect', () => {
      connected = true
      clearTimeout(connectTimer)
    })
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (response !== undefined) return
    // The kernel refused the bytes of the request itself: what arrived, if anything, is not a whole request.
    const refused = !request.secure && error.syscall === 'write'
    fail(
      error.code?.startsWith('HPE_') === true
        ? notHttp(request, error)
        : unreachable(request, error, connected && !refused),
    )
  })
  outgoing.on('response', (incoming) => {
    response = incoming
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', (error) => fail(brokenAnswer(request, error)))
    incoming.on('end', () => {
      settle()
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      resolve({ statusCode: incoming.statusCode ?? 0, headers: incoming.headers, body })
    })
  })
  outgoing.end(request.body)
}
