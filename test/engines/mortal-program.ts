import { Connection } from 'dynamodb-tooling'
import { type Driver, NetworkError, retrying } from '../../src/drivers/index.js'
import { type Clock, systemClock } from '../../src/kernel/index.js'
import { type DynamoDBConfig, resolveConfig } from '../../src/runtime/index.js'

/** When a program dies: with its request `at` (0 is the first), before or after the engine did it. */
export interface Death {
  readonly at: number
  readonly after: boolean
}

/** A program that may die: from one request on nothing of it reaches the engine, its tidying up included. */
export interface MortalProgram {
  readonly connection: Connection
  /** Operations that reached the engine. */
  readonly sent: string[]
  isDead(): boolean
}

/**
 * Waiting for a dead holder of the lease (15 s) takes no time; a holder that lives still says so every 5 s.
 *
 * @param share of what is waited that really passes: DynamoDB Local takes time for an index
 */
function impatientClock(share: number): Clock {
  let skipped = 0
  return {
    now: () => Date.now() + skipped,
    async sleep(ms, signal) {
      if (ms >= 5000) return systemClock.sleep(ms, signal)
      skipped += ms
      await new Promise((resolve) =>
        ms < 1000 || share > 0 ? setTimeout(resolve, 1 + ms * share) : setImmediate(resolve),
      )
      signal?.throwIfAborted()
    },
  }
}

export function mortalProgram(engine: Driver, config: DynamoDBConfig, death?: Death): MortalProgram {
  // Of a request it is counted once that it was sent: DynamoDB Local answers with 500 while it makes an index.
  const driver = retrying(engine, { maxRetries: 10, baseDelay: 50, maxDelay: 1000, deadline: undefined })
  const sent: string[] = []
  let count = 0
  const dead = (): boolean => death !== undefined && count > death.at
  const fail = (): never => {
    throw new NetworkError('NETWORK.UNREACHABLE', 'The program is dead.', { sent: false })
  }
  const send: Driver['send'] = async (operation, input, options) => {
    if (dead()) fail()
    count++
    if (dead() && death?.after !== true) fail()
    sent.push(operation)
    const answer = await driver.send(operation, input, options)
    return dead() ? fail() : answer
  }
  const mortal: Driver = {
    name: driver.name,
    capabilities: driver.capabilities,
    endpoint: driver.endpoint,
    connect: () => driver.connect(),
    send,
    healthCheck: () => driver.healthCheck(),
    // The engine's driver goes on to serve others.
    close: async () => undefined,
  }
  const resolved = resolveConfig({ region: 'us-east-1', ...config, driver: mortal })
  return {
    connection: new Connection(resolved, impatientClock(engine.name === 'dynamodb-local' ? 1 / 40 : 0)),
    sent,
    isDead: dead,
  }
}
