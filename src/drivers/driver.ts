import type { OperationInput, OperationName, OperationOutput } from './operations.js'

/** What an engine behind a driver can do. Anything false is refused before it is sent, with `DRIVER.UNSUPPORTED`. */
export interface DriverCapabilities {
  /** TransactWriteItems and TransactGetItems. */
  readonly transactions: boolean
  /**
   * ExecuteStatement and its batch and transaction forms. `basic`: without functions but begins_with and contains, and without orders.
   * `unordered`: ORDER BY sorts each page by itself.
   */
  readonly partiql: boolean | 'basic' | 'unordered'
  readonly streams: boolean
  /** TTL settings are kept; whether rows really expire is `ttlExpiry`. */
  readonly ttl: boolean
  readonly ttlExpiry: boolean
  /** On-demand backups, point-in-time recovery, export to and import from S3. */
  readonly backups: boolean
  readonly tags: boolean
  /** Index keys of several attributes (up to 4 + 4). */
  readonly multiAttributeKeys: boolean
  /** AWS itself: replicas in other regions (global tables), and the services around tables (auto scaling, CloudWatch). */
  readonly aws: boolean
  /** The driver retries by itself, so the connection must not. */
  readonly retries: boolean
}

export interface SendOptions {
  /** Aborts the request; the promise rejects with `NETWORK.ABORTED` and the signal's reason as cause. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for this attempt, connection included; rejects with `NETWORK.TIMEOUT`. */
  readonly timeout?: number | undefined
  /** Milliseconds for the whole call, retries included; never lengthens `timeout`. Rejects with `NETWORK.TIMEOUT`. */
  readonly deadline?: number | undefined
  /**
   * True for a request that may take effect twice: it is sent again after an attempt whose answer was lost. Said of an
   * UpdateItem that counts (ADD, `a + 1`, list_append), which would otherwise be left as it is.
   */
  readonly atLeastOnce?: boolean | undefined
  /** Told how many attempts were made in the end (1 = no retry). Called by whoever retries. */
  readonly onAttempt?: ((attempt: number) => void) | undefined
}

export interface Health {
  readonly ok: boolean
  /** Milliseconds the check took. */
  readonly latency: number
  readonly error?: unknown
}

/**
 * The seam between this package and an engine: one request in, one answer out, in DynamoDB's own JSON. A driver makes
 * one attempt per call unless it says `capabilities.retries`; every failure is a `DynamoDBToolingError`.
 */
export interface Driver {
  /** The name it is registered under, such as `http`. */
  readonly name: string
  readonly capabilities: DriverCapabilities
  /** Where requests go, for people: a URL, or what stands for one. */
  readonly endpoint: string
  /** Makes the driver ready (starts the engine, resolves credentials); calling it is optional, `send` does it too. */
  connect(): Promise<void>
  send<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    options?: SendOptions,
  ): Promise<OperationOutput<Name>>
  /** A cheap request that shows the engine answers; never throws. */
  healthCheck(): Promise<Health>
  /** Frees sockets and processes. Requests sent after it reject with `DRIVER.CLOSED`. */
  close(): Promise<void>
}
