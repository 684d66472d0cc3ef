/** One HTTP request, ready to go: signed, with every header but Content-Length. */
export interface TransportRequest {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  readonly method: 'POST'
  readonly path: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON; sent as UTF-8. */
  readonly body: string
  /** Milliseconds, connection included. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

export interface TransportResponse {
  readonly statusCode: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The bytes as they came: the checksum is over them. */
  readonly body: Uint8Array
}

/**
 * What carries requests: Node's own sockets by default, or a function of yours for tests, proxies and other runtimes.
 * It should reject with a `NetworkError` that says whether the request left (`sent`); anything else it throws counts
 * as `NETWORK.UNREACHABLE` after sending.
 */
export interface Transport {
  (request: TransportRequest): Promise<TransportResponse>
  /** Frees what it holds. Called once, when no request is under way. */
  close?(): void | Promise<void>
}
