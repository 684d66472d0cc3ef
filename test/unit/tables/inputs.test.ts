import {
  createTable,
  createTableFromModels,
  deleteTable,
  describeTable,
  enableTtl,
  exportTables,
  listTables,
  waitForTable,
} from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { stubAws } from './stub-aws.js'

const S = (name: string) => ({ name, type: 'S' })
const least = { tableName: 'orders', partitionKey: S('id') }

describe('input of table operations', () => {
  test.each<[object, readonly unknown[]]>([
    [
      {},
      [
        'tableName is missing, and must be a name of 3 to 255 letters, digits, "_", "-" and "."',
        'partitionKey is missing, and must be an object',
      ],
    ],
    [
      { tableName: 'a b', partitionKey: { name: '', type: 'text' } },
      [
        expect.stringMatching(/^tableName is "a b"/),
        'partitionKey.name is "", and must be an attribute name of 1 to 255 bytes',
        'partitionKey.type is "text", and must be "S" or "N" or "B" or "string" or "number" or "binary"',
      ],
    ],
    [{ ...least, partitonKey: S('x') }, ['partitonKey is no option; did you mean partitionKey?']],
    [{ ...least, xyz: 1 }, [expect.stringMatching(/^xyz is no option; options are tableName, /)]],
    [{ ...least, sortKey: S('id') }, ['the key has id twice']],
    [{ ...least, gsis: [{ name: 'byTeam' }] }, ['gsis[0].partitionKey is missing, and must be an object']],
    [{ ...least, gsis: [{ name: 'byTeam', partitionKey: [] }] }, ['gsis[0].partitionKey is empty']],
    [
      { ...least, gsis: [{ name: 'byTeam', partitionKey: ['a', 'b', 'c', 'd', 'e'].map(S) }] },
      ['gsis[0].partitionKey has 5 entries, and DynamoDB takes 4'],
    ],
    [
      { ...least, gsis: Array.from({ length: 21 }, (_, place) => ({ name: `by${place}x`, partitionKey: S('a') })) },
      ['gsis has 21 entries, and DynamoDB takes 20'],
    ],
    [
      { ...least, gsis: [{ name: 'byTeam', partitionKey: { name: 'id', type: 'number' } }] },
      ['id is S and N in different keys'],
    ],
    [
      {
        ...least,
        sortKey: S('at'),
        gsis: [{ name: 'same', partitionKey: S('a') }],
        lsis: [{ name: 'same', sortKey: S('b') }],
      },
      ['two indexes are called same'],
    ],
    [{ ...least, lsis: [{ name: 'byAt', sortKey: S('at') }] }, ['lsis need a table with a sortKey']],
    [{ ...least, gsis: [{ name: 'byTeam', partitionKey: S('t'), projection: [] }] }, ['gsis[0].projection is empty']],
    [
      {
        ...least,
        gsis: ['one', 'two'].map((name) => ({
          name,
          partitionKey: S('t'),
          projection: Array.from({ length: 60 }, (_, place) => `a${place}`),
        })),
      },
      ['indexes name 120 attributes in all, and DynamoDB takes 100'],
    ],
    [
      { ...least, readCapacity: 5, gsis: [{ name: 'byTeam', partitionKey: S('t'), writeCapacity: 5 }] },
      [
        'readCapacity is for billingMode "PROVISIONED", and the table has PAY_PER_REQUEST',
        'index byTeam has a capacity, which is for billingMode "PROVISIONED"',
      ],
    ],
    [{ ...least, billingMode: 'PROVISIONED', readCapacity: 5 }, ['billingMode "PROVISIONED" needs writeCapacity']],
    [
      { ...least, billingMode: 'provisioned', readCapacity: 0 },
      [
        expect.stringMatching(/^billingMode is "provisioned"/),
        'readCapacity is 0, and must be a whole number of at least 1',
      ],
    ],
    [{ ...least, wait: false, ttl: 'gone' }, [expect.stringMatching(/leave out wait: false/)]],
    [{ ...least, tags: { a: 1 } }, ['tags.a is 1, and must be text of up to 256 characters']],
    [{ ...least, pointInTimeRecovery: { days: 40 } }, [expect.stringMatching(/^pointInTimeRecovery\.days is 40/)]],
    [{ ...least, deletionProtection: 'yes' }, ['deletionProtection is "yes", and must be true or false']],
  ])('B7: createTable(%j)', async (options, faults) => {
    const { connection, sent } = stubAws(() => ({}))
    await expect(
      createTable(options as typeof least & { partitionKey: { type: 'S' } }, { connection }),
    ).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      faults,
    })
    expect(sent).toEqual([])
  })

  test.each<[string, (given: never) => unknown, RegExp]>([
    ['a name', () => describeTable('a/b'), /name is "a\/b"/],
    ['a name of no text', () => deleteTable(7 as never), /name is 7/],
    ['an attribute', () => enableTtl('orders', ''), /attribute is ""/],
    ['a limit', () => listTables({ limit: 0 }), /options\.limit is 0/],
    ['a connection', () => listTables({ connection: {} as never }), /options\.connection is an object/],
    ['an end', () => waitForTable('orders', { for: 'ready' as 'active' }), /settings\.for is "ready"/],
    ['a signal', () => waitForTable('orders', { signal: 5 as never }), /settings\.signal is 5/],
    ['an option', () => deleteTable('orders', { waitFor: true } as object), /settings\.waitFor is no option/],
    ['models', () => createTableFromModels([]), /models must be a list of model classes, or a folder/],
    ['a model', () => createTableFromModels(['User'] as never), /models\[0\] is no model class/],
    [
      'settings of models',
      () => createTableFromModels([], { dryrun: true } as object),
      /dryrun is no option; did you mean dryRun/,
    ],
    ['capacity of models', () => createTableFromModels([], { readCapacity: 1 }), /readCapacity is for billingMode/],
    ['a format', async () => exportTables([], 'yaml' as 'json'), /format is "yaml", and must be "cloudformation" or/],
    [
      'settings of an export',
      async () => exportTables([], 'json', { tag: {} } as object),
      /tag is no option; did you mean tags/,
    ],
  ])('B7: %s that cannot be', async (_, call, message) => {
    await expect(call(undefined as never)).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      message: expect.stringMatching(message),
    })
  })

  test('B7: a table may be named by its ARN', async () => {
    const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders'
    const { connection } = stubAws((operation, input: { TableName: string }) =>
      operation === 'DescribeTable' ? { Table: { TableName: 'orders', TableArn: input.TableName } } : {},
    )
    expect(await describeTable(arn, { connection })).toMatchObject({ name: 'orders', arn })
  })
})
