import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, describe, test } from 'vitest'
import { createAwsSdkDriver } from '../../src/drivers/aws-sdk/aws-sdk-driver.js'
import { createHttpDriver } from '../../src/drivers/http/http-driver.js'
import { createFaultDriver, type Driver, DynamoDBDriver, retrying } from '../../src/drivers/index.js'
import { driverContract } from '../../src/testing/index.js'
import { describeEngines, type EngineLane } from './support.js'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Every way to the engine of a lane. */
const drivers: readonly [title: string, make: (lane: EngineLane) => Driver][] = [
  ['http', ({ endpoint }) => createHttpDriver({ endpoint, credentials })],
  ['DynamoDBDriver', ({ endpoint }) => new DynamoDBDriver({ endpoint, credentials })],
  ['aws-sdk, a client of its own', ({ endpoint }) => createAwsSdkDriver({ endpoint, credentials })],
  [
    'aws-sdk, a given client',
    ({ endpoint }) =>
      createAwsSdkDriver({
        driverOptions: { client: new DynamoDBClient({ endpoint, credentials, region: 'us-east-1' }) },
      }),
  ],
  ['the engine itself', (lane) => lane.createDriver()],
  ['fault-wrapped, without faults', ({ endpoint }) => createFaultDriver(createHttpDriver({ endpoint, credentials }))],
  [
    'fault-wrapped, a quarter of the requests failing, with retries',
    ({ endpoint }) =>
      retrying(
        createFaultDriver(createHttpDriver({ endpoint, credentials }), {
          seed: 7,
          rates: { refuse: 0.05, throttle: 0.05, reset: 0.05, internal: 0.05, 'partial-batch': 0.05 },
          operations: ['GetItem', 'PutItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem', 'ExecuteStatement'],
        }),
        { maxRetries: 20, baseDelay: 1, maxDelay: 5, deadline: undefined },
      ),
  ],
]

for (const [title, make] of drivers) {
  describeEngines(title, (lane) => {
    driverContract(() => make(lane), { describe, test, afterAll, prefix: 'Z19: ' })
  })
}
