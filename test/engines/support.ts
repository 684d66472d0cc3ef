import { afterAll, beforeAll, describe, inject } from 'vitest'
import { createDynamoDBLocalDriver } from '../../src/drivers/dynamodb-local/dynamodb-local-driver.js'
import { createEmbeddedDriver } from '../../src/drivers/embedded/embedded-driver.js'
import { type Driver, dynamoDb } from '../../src/drivers/index.js'

/** An engine that runs for the whole test run, in memory. */
export interface EngineLane {
  readonly name: 'dynoxide' | 'dynamodb-local'
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  /** A driver of this package on that engine, guards included. Close it when done. */
  createDriver(): Driver
}

/** The engines of this run: dynoxide always, DynamoDB Local where Java is. */
export function engineLanes(): readonly EngineLane[] {
  const ports = inject('enginePorts')
  return (['dynoxide', 'dynamodb-local'] as const).flatMap((name): EngineLane[] => {
    const port = ports[name]
    if (port === undefined) return []
    const create = name === 'dynoxide' ? createEmbeddedDriver : createDynamoDBLocalDriver
    const engine = name === 'dynoxide' ? { engine: name } : {}
    return [
      {
        name,
        port,
        endpoint: `http://127.0.0.1:${port}`,
        createDriver: () => create({ port, inMemory: true, ...engine }),
      },
    ]
  })
}

/** `describe` once per engine of this run: `describeEngines('queries', (lane) => { test(…) })`. */
export function describeEngines(title: string, body: (lane: EngineLane) => void): void {
  for (const lane of engineLanes()) {
    describe(`${title} (${lane.name})`, () => {
      body(lane)
    })
  }
}

/**
 * The same on engines that these tests have for themselves, for those that add indexes to tables: DynamoDB Local
 * (2026-05-28) leaves such an index in CREATING for ever once it has been at work for some minutes on other tables.
 */
export function describeFreshEngines(title: string, body: (lane: EngineLane) => void): void {
  for (const lane of engineLanes()) {
    describe(`${title} (${lane.name})`, () => {
      let port = 0
      beforeAll(async () => {
        port = (await dynamoDb.launch({ port: 0, inMemory: true, engine: lane.name })).port
      })
      afterAll(() => dynamoDb.stop(port))
      const create = lane.name === 'dynoxide' ? createEmbeddedDriver : createDynamoDBLocalDriver
      const engine = lane.name === 'dynoxide' ? { engine: lane.name } : {}
      body({
        name: lane.name,
        get port() {
          return port
        },
        get endpoint() {
          return `http://127.0.0.1:${port}`
        },
        createDriver: () => create({ port, inMemory: true, ...engine }),
      })
    })
  }
}

let counter = 0

/** A table name no other test file or test uses. */
export function uniqueTable(prefix = 'test'): string {
  counter += 1
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter}`
}
