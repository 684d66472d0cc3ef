import { Connection, type DriverCapabilities, type DynamoDBConfig, resolveConfig } from 'dynamodb-tooling'
import { DYNAMODB_CAPABILITIES, type OperationName, ServiceError } from '../../../src/drivers/index.js'

type Answer = (operation: OperationName, input: never) => unknown

export interface StubAws {
  readonly connection: Connection
  /** Every request in its order, but for looks at tables. */
  readonly sent: (readonly [OperationName, unknown])[]
  /** Milliseconds that were slept. */
  readonly slept: number[]
}

/**
 * A connection to what no engine here has: a function answers. Time passes only in sleeps.
 */
export function stubAws(
  answer: Answer,
  { config = {}, capabilities = {} }: { config?: DynamoDBConfig; capabilities?: Partial<DriverCapabilities> } = {},
): StubAws {
  const sent: StubAws['sent'] = []
  const slept: number[] = []
  let now = Date.UTC(2026, 0, 1)
  const clock = {
    now: () => now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
    },
  }
  const driver = {
    name: 'stub',
    endpoint: 'memory',
    capabilities: { ...DYNAMODB_CAPABILITIES, retries: true, ...capabilities },
    connect: async () => {},
    close: async () => {},
    healthCheck: async () => ({ ok: true, latency: 0 }),
    send: async (operation: OperationName, input: unknown) => {
      if (!/^(?:Describe|List)/.test(operation)) sent.push([operation, input])
      return answer(operation, input as never) as never
    },
  }
  return { connection: new Connection(resolveConfig({ region: 'us-east-1', ...config, driver }), clock), sent, slept }
}

export function refusal(
  code: 'SERVICE.RESOURCE_IN_USE' | 'SERVICE.RESOURCE_NOT_FOUND' | 'SERVICE.UNKNOWN' | 'SERVICE.ACCESS_DENIED',
  exception: string,
): ServiceError {
  return new ServiceError(code, exception, { exception, statusCode: 400 })
}
