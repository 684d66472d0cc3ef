import { createTable, describeTable, tagTable, untagTable, updateTable } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import type { OperationInput, ServiceError, TableDescription } from '../../../src/drivers/index.js'
import { refusal, stubAws } from './stub-aws.js'

const capacity = (read: number, write: number) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write })
const index = (IndexName: string, read: number, write: number) => ({
  IndexName,
  KeySchema: [],
  Projection: {},
  ProvisionedThroughput: capacity(read, write),
})
const onDemand: TableDescription = {
  TableStatus: 'ACTIVE',
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: capacity(0, 0),
  GlobalSecondaryIndexes: [index('one', 0, 0), index('two', 0, 0)],
}
/** As DynamoDB describes a table that never was on-demand. */
const provisioned: TableDescription = {
  TableStatus: 'ACTIVE',
  ProvisionedThroughput: capacity(5, 5),
  GlobalSecondaryIndexes: [index('one', 5, 5), index('two', 1, 1)],
}

describe('changes of a table', () => {
  test.each([
    [
      'another billing mode, for indexes too',
      onDemand,
      { billingMode: 'PROVISIONED', readCapacity: 4, writeCapacity: 3, indexes: { two: { readCapacity: 9 } } } as const,
      [
        {
          BillingMode: 'PROVISIONED',
          ProvisionedThroughput: capacity(4, 3),
          GlobalSecondaryIndexUpdates: [
            { Update: { IndexName: 'one', ProvisionedThroughput: capacity(4, 3) } },
            { Update: { IndexName: 'two', ProvisionedThroughput: capacity(9, 3) } },
          ],
        },
      ],
    ],
    ['one side of a capacity', provisioned, { readCapacity: 6 }, [{ ProvisionedThroughput: capacity(6, 5) }]],
    [
      'an index alone',
      provisioned,
      { readCapacity: 5, indexes: { one: { readCapacity: 5 }, two: { writeCapacity: 2 } } },
      [{ GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'two', ProvisionedThroughput: capacity(1, 2) } }] }],
    ],
    [
      'on-demand again, and the rest one by one',
      provisioned,
      {
        billingMode: 'PAY_PER_REQUEST',
        tableClass: 'STANDARD_INFREQUENT_ACCESS',
        deletionProtection: true,
        stream: 'OLD_IMAGE',
      } as const,
      [
        { BillingMode: 'PAY_PER_REQUEST' },
        { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
        { DeletionProtectionEnabled: true },
        { StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' } },
      ],
    ],
    [
      'nothing that is so already',
      { ...provisioned, StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } } as const,
      {
        billingMode: 'PROVISIONED',
        readCapacity: 5,
        tableClass: 'STANDARD',
        deletionProtection: false,
        stream: 'NEW_IMAGE',
      } as const,
      [],
    ],
  ])('B7: %s', async (_, table, changes, requests) => {
    let looks = 0
    const { connection, sent } = stubAws((operation) => {
      if (operation === 'DescribeTable') looks++
      // Every change takes two looks to be through.
      const isBusy = operation === 'DescribeTable' && sent.length > 0 && looks % 3 !== 0
      if (operation === 'UpdateTable') looks = 0
      return { Table: isBusy ? { ...table, TableStatus: 'UPDATING' } : table }
    })
    await updateTable('orders', changes, { connection })
    expect(sent).toEqual(requests.map((request) => ['UpdateTable', { TableName: 'orders', ...request }]))
  })

  test.each([
    [{ billingMode: 'PROVISIONED' }, onDemand, ['billingMode "PROVISIONED" needs readCapacity and writeCapacity']],
    [{ readCapacity: 5 }, onDemand, ['capacity is for billingMode "PROVISIONED", and the table has PAY_PER_REQUEST']],
    [{ indexes: { three: { readCapacity: 5 } } }, provisioned, ['the table has no global index three']],
    [{ streem: true }, provisioned, ['changes.streem is no option; did you mean stream?']],
    [
      { stream: 'ALL' },
      provisioned,
      [expect.stringMatching(/^changes\.stream is "ALL", and must be true or false or "KEYS_ONLY"/)],
    ],
    [{ ttl: true }, provisioned, ['changes.ttl is true, and must be an attribute name of 1 to 255 bytes']],
  ])('B7: %j is refused', async (changes, table, faults) => {
    const { connection, sent } = stubAws(() => ({ Table: table }))
    await expect(updateTable('orders', changes as object, { connection })).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      faults,
    })
    expect(sent).toEqual([])
  })

  test('B7: tags of all pages are known', async () => {
    const { connection, sent } = stubAws((operation, input: OperationInput<'ListTagsOfResource'>) => {
      if (operation === 'DescribeTable') return { Table: { ...provisioned, TableArn: 'arn:orders' } }
      if (operation !== 'ListTagsOfResource') return {}
      return input.NextToken === undefined
        ? { Tags: [{ Key: 'a', Value: '1' }], NextToken: 'more' }
        : { Tags: [{ Key: 'b', Value: '2' }] }
    })
    expect((await describeTable('orders', { connection }))?.tags).toEqual({ a: '1', b: '2' })
    expect(await tagTable('orders', { b: '2', a: '3' }, { connection })).toBe(true)
    expect(await untagTable('orders', ['b', 'c'], { connection })).toBe(true)
    expect(sent).toEqual([
      ['TagResource', { ResourceArn: 'arn:orders', Tags: [{ Key: 'a', Value: '3' }] }],
      ['UntagResource', { ResourceArn: 'arn:orders', TagKeys: ['b'] }],
    ])
    await expect(tagTable('orders', { 'aws:x': '1', '': 'y' }, { connection })).rejects.toMatchObject({
      faults: [expect.stringContaining('"aws:x"'), expect.stringContaining('""')],
    })
  })
})

describe('describeTable', () => {
  test('B7: what the credentials may not read is named', async () => {
    const { connection } = stubAws((operation) => {
      if (operation === 'DescribeTable') return { Table: provisioned }
      throw refusal('SERVICE.ACCESS_DENIED', 'AccessDeniedException')
    })
    const table = await describeTable('orders', { connection })
    expect(table).toMatchObject({
      billing: 'PROVISIONED',
      capacity: { read: 5, write: 5 },
      ttl: undefined,
      tags: undefined,
    })
    expect(table?.unsupported).toEqual(['ttl', 'pointInTimeRecovery'])
  })

  test('B7: what fails otherwise is an error', async () => {
    const { connection } = stubAws((operation) => {
      if (operation === 'DescribeTable') return { Table: provisioned }
      throw refusal('SERVICE.UNKNOWN', 'StrangeException')
    })
    await expect(describeTable('orders', { connection })).rejects.toMatchObject({ exception: 'StrangeException' })
  })

  test('B7: replicas are told', async () => {
    const Replicas = [{ RegionName: 'eu-west-1', ReplicaStatus: 'CREATING' }]
    const { connection } = stubAws((operation) =>
      operation === 'DescribeTable' ? { Table: { ...provisioned, Replicas } } : {},
    )
    expect((await describeTable('orders', { connection }))?.replicas).toEqual([
      { region: 'eu-west-1', status: 'CREATING' },
    ])
  })
})

describe('createTable', () => {
  const options = { tableName: 'orders', partitionKey: { name: 'id', type: 'S' } } as const
  const made: TableDescription = {
    TableName: 'orders',
    TableStatus: 'ACTIVE',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  }
  const answering = (table: TableDescription | undefined, failure: ServiceError) =>
    stubAws((operation) => {
      if (operation === 'CreateTable') throw failure
      if (operation !== 'DescribeTable') return {}
      if (table === undefined) throw refusal('SERVICE.RESOURCE_NOT_FOUND', 'ResourceNotFoundException')
      return { Table: table }
    })

  test('B7: a table whose answer was lost is ours, unless it is another', async () => {
    const lost = Object.assign(refusal('SERVICE.RESOURCE_IN_USE', 'ResourceInUseException'), { uncertain: true })
    const { connection } = answering(made, lost)
    expect(await createTable(options, { connection })).toMatchObject({ name: 'orders', status: 'ACTIVE' })
    await expect(createTable({ ...options, sortKey: { name: 'at', type: 'N' } }, { connection })).rejects.toMatchObject(
      { code: 'TABLE.DIFFERS' },
    )
  })

  test('B7: a table that is being deleted is not taken', async () => {
    const inUse = refusal('SERVICE.RESOURCE_IN_USE', 'ResourceInUseException')
    const { connection } = answering({ ...made, TableStatus: 'DELETING' }, inUse)
    for (const ifNotExists of [true, false])
      await expect(createTable({ ...options, ifNotExists }, { connection })).rejects.toMatchObject({
        code: 'TABLE.EXISTS',
        hint: expect.stringContaining("for: 'deleted'"),
      })
  })

  test('B7: settings of AWS are sent as DynamoDB names them', async () => {
    const { connection, sent } = stubAws((operation) => (operation === 'DescribeTable' ? { Table: made } : {}))
    await createTable(
      {
        ...options,
        gsis: [
          {
            name: 'many',
            partitionKey: [
              { name: 'a', type: 'string' },
              { name: 'b', type: 'number' },
            ],
            readCapacity: 7,
            projection: ['id', 'x'],
          },
        ],
        billingMode: 'PROVISIONED',
        readCapacity: 2,
        writeCapacity: 1,
        tableClass: 'STANDARD_INFREQUENT_ACCESS',
        deletionProtection: true,
        stream: true,
        tags: { team: 'red' },
      },
      { connection },
    )
    expect(sent).toEqual([
      [
        'CreateTable',
        {
          TableName: 'orders',
          BillingMode: 'PROVISIONED',
          ProvisionedThroughput: capacity(2, 1),
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'a', AttributeType: 'S' },
            { AttributeName: 'b', AttributeType: 'N' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'many',
              KeySchema: [
                { AttributeName: 'a', KeyType: 'HASH' },
                { AttributeName: 'b', KeyType: 'HASH' },
              ],
              // Keys are in every index in any case.
              Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
              ProvisionedThroughput: capacity(7, 1),
            },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
          TableClass: 'STANDARD_INFREQUENT_ACCESS',
          DeletionProtectionEnabled: true,
          Tags: [{ Key: 'team', Value: 'red' }],
        },
      ],
    ])
  })
})
