import {
  type AutoScalingClient,
  configureAutoScaling,
  getTableMetrics,
  type MetricsClient,
  type TableCallOptions,
} from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { withService } from '../../../src/tables/service-client.js'
import { stubAws } from './stub-aws.js'

const provisioned = {
  TableStatus: 'ACTIVE',
  ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  GlobalSecondaryIndexes: [{ IndexName: 'byTeam' }],
}

function scaler(): { readonly client: AutoScalingClient; readonly calls: (readonly [string, unknown])[] } {
  const calls: (readonly [string, unknown])[] = []
  const note = (name: string) => async (input: unknown) => void calls.push([name, input])
  return {
    calls,
    client: { registerScalableTarget: note('registerScalableTarget'), putScalingPolicy: note('putScalingPolicy') },
  }
}

describe('auto scaling', () => {
  test('B6: targets and policies of a table and its indexes', async () => {
    const { connection } = stubAws(() => ({ Table: provisioned }))
    const { client, calls } = scaler()
    await configureAutoScaling(
      'orders',
      {
        read: { min: 5, max: 50 },
        indexes: { byTeam: { write: { min: 1, max: 9, target: 45.5, scaleInCooldown: 0 } } },
      },
      { connection, client },
    )
    const table = {
      ServiceNamespace: 'dynamodb',
      ResourceId: 'table/orders',
      ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
    }
    const index = {
      ServiceNamespace: 'dynamodb',
      ResourceId: 'table/orders/index/byTeam',
      ScalableDimension: 'dynamodb:index:WriteCapacityUnits',
    }
    expect(calls).toEqual([
      ['registerScalableTarget', { ...table, MinCapacity: 5, MaxCapacity: 50 }],
      [
        'putScalingPolicy',
        {
          ...table,
          PolicyName: 'DynamoDBReadCapacityUtilization:table/orders',
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 70,
            PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
            ScaleInCooldown: 60,
            ScaleOutCooldown: 60,
          },
        },
      ],
      ['registerScalableTarget', { ...index, MinCapacity: 1, MaxCapacity: 9 }],
      [
        'putScalingPolicy',
        {
          ...index,
          PolicyName: 'DynamoDBWriteCapacityUtilization:table/orders/index/byTeam',
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 45.5,
            PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBWriteCapacityUtilization' },
            ScaleInCooldown: 0,
            ScaleOutCooldown: 60,
          },
        },
      ],
    ])
  })

  test.each<[object, readonly unknown[]]>([
    [{}, ['neither read nor write is there']],
    [{ read: { min: 5, max: 4 } }, ['scaling.read.min is greater than scaling.read.max']],
    [
      { read: { min: 0, max: 4, target: 95 } },
      [expect.stringContaining('min is 0'), expect.stringContaining('target is 95')],
    ],
    [{ wirte: { min: 1, max: 4 } }, ['scaling.wirte is no option; did you mean write?']],
    [{ indexes: { byName: { read: { min: 1, max: 4 } } } }, ['orders has no global index byName']],
  ])('B6: %j is refused', async (scaling, faults) => {
    const { connection } = stubAws(() => ({ Table: provisioned }))
    const { client, calls } = scaler()
    await expect(configureAutoScaling('orders', scaling, { connection, client })).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      faults,
    })
    expect(calls).toEqual([])
  })

  test('B6: an on-demand table scales by itself', async () => {
    const { connection } = stubAws(() => ({ Table: { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } }))
    const { client, calls } = scaler()
    await expect(
      configureAutoScaling('orders', { read: { min: 1, max: 2 } }, { connection, client }),
    ).rejects.toMatchObject({ faults: ['orders has billingMode "PAY_PER_REQUEST", which scales by itself'] })
    expect(calls).toEqual([])
  })
})

describe('metrics', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2025, 11, 31, 23, minute))

  test('B6: all pages of six metrics, by name and in the order of time', async () => {
    const { connection } = stubAws(() => ({}))
    const asked: Parameters<MetricsClient['getMetricData']>[0][] = []
    const client: MetricsClient = {
      async getMetricData(input) {
        asked.push(input)
        return input.NextToken === undefined
          ? {
              MetricDataResults: [{ Id: 'consumedRead', Timestamps: [at(0), at(1)], Values: [3, 4.5] }],
              NextToken: 'more',
            }
          : {
              MetricDataResults: [
                { Id: 'consumedRead', Timestamps: [at(2)], Values: [0] },
                { Id: 'throttledWrites', Timestamps: [at(1)], Values: [2] },
              ],
            }
      },
    }
    expect(
      await getTableMetrics('orders', { from: at(0), period: 60, index: 'byTeam' }, { connection, client }),
    ).toEqual({
      consumedRead: [
        { at: at(0), value: 3 },
        { at: at(1), value: 4.5 },
        { at: at(2), value: 0 },
      ],
      consumedWrite: [],
      provisionedRead: [],
      provisionedWrite: [],
      throttledReads: [],
      throttledWrites: [{ at: at(1), value: 2 }],
    })
    const [first, second] = asked
    const metric = (Id: string, MetricName: string, Stat: string): object => ({
      Id,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/DynamoDB',
          MetricName,
          Dimensions: [
            { Name: 'TableName', Value: 'orders' },
            { Name: 'GlobalSecondaryIndexName', Value: 'byTeam' },
          ],
        },
        Period: 60,
        Stat,
      },
    })
    expect(first).toEqual({
      StartTime: at(0),
      EndTime: new Date(Date.UTC(2026, 0, 1)),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        metric('consumedRead', 'ConsumedReadCapacityUnits', 'Sum'),
        metric('consumedWrite', 'ConsumedWriteCapacityUnits', 'Sum'),
        metric('provisionedRead', 'ProvisionedReadCapacityUnits', 'Average'),
        metric('provisionedWrite', 'ProvisionedWriteCapacityUnits', 'Average'),
        metric('throttledReads', 'ReadThrottleEvents', 'Sum'),
        metric('throttledWrites', 'WriteThrottleEvents', 'Sum'),
      ],
    })
    expect(second).toEqual({ ...first, NextToken: 'more' })
  })

  test.each([
    [{ from: new Date(Number.NaN) }, /range\.from is an instance of Date/],
    [{ from: at(1), to: at(1) }, /range\.from is not before range\.to/],
    [{ from: at(0), period: 90 }, /range\.period is 90/],
  ])('B6: %j is refused', async (range, message) => {
    const { connection } = stubAws(() => ({}))
    const client: MetricsClient = { getMetricData: () => Promise.reject(new TypeError('asked')) }
    await expect(getTableMetrics('orders', range, { connection, client })).rejects.toThrow(message)
  })
})

describe('clients of AWS', () => {
  const service = { name: '@aws-sdk/client-cloudwatch', client: 'CloudWatch' }

  test('B6: a package that is not installed is named, and how to install it', async () => {
    const { connection } = stubAws(() => ({ Table: provisioned }))
    const missing = (name: string): object => ({ code: 'TABLE.CLIENT_MISSING', hint: `npm install ${name}` })
    const call: TableCallOptions = { connection }
    await expect(configureAutoScaling('orders', { read: { min: 1, max: 2 } }, call)).rejects.toMatchObject(
      missing('@aws-sdk/client-application-auto-scaling'),
    )
    await expect(getTableMetrics('orders', { from: new Date(0) }, call)).rejects.toMatchObject(
      missing('@aws-sdk/client-cloudwatch'),
    )
  })

  test('B6: a client is made as the connection is, and closed', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const { connection } = stubAws(() => ({}), { config: { credentials, useFipsEndpoint: true } })
    const events: unknown[] = []
    class CloudWatch {
      constructor(settings: object) {
        events.push(settings)
      }
      destroy(): void {
        events.push('closed')
      }
    }
    const failure = new TypeError('no')
    const used = withService(
      service,
      connection,
      undefined,
      () => Promise.reject(failure),
      async (name) => (name === service.name ? { CloudWatch } : {}),
    )
    await expect(used).rejects.toBe(failure)
    expect(events).toEqual([
      { region: 'us-east-1', credentials, useFipsEndpoint: true, useDualstackEndpoint: false },
      'closed',
    ])
  })

  test('B6: local engines have neither, whatever client is given', async () => {
    const { connection } = stubAws(() => ({ Table: provisioned }), { capabilities: { aws: false } })
    const refused = { code: 'DRIVER.UNSUPPORTED' }
    const { client } = scaler()
    await expect(
      configureAutoScaling('orders', { read: { min: 1, max: 2 } }, { connection, client }),
    ).rejects.toMatchObject(refused)
    await expect(getTableMetrics('orders', { from: new Date(0) }, { connection })).rejects.toMatchObject(refused)
  })
})
