import { GlobalTableManager, type TableProgress, waitForTable } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import type { ReplicaDescription, TableDescription, UpdateTableInput } from '../../../src/drivers/index.js'
import { refusal, type StubAws, stubAws } from './stub-aws.js'

/** A table in us-east-1 as DynamoDB changes it: each state is seen a few times before the next. */
function globalTable(start: Partial<TableDescription> = {}, failing: readonly string[] = []): StubAws {
  const looks = 3
  let table: TableDescription = {
    TableName: 'orders',
    TableStatus: 'ACTIVE',
    TableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
    ...start,
  }
  let next: { readonly in: number; readonly change: () => void } | undefined
  const later = (change: () => void): void => {
    next = { in: looks, change }
  }
  const replicas = (change: (all: readonly ReplicaDescription[]) => readonly ReplicaDescription[]): void => {
    table = { ...table, Replicas: change(table.Replicas ?? []), GlobalTableVersion: '2019.11.21' }
  }
  const status = (RegionName: string, ReplicaStatus: string) => (all: readonly ReplicaDescription[]) => [
    ...all.filter((each) => each.RegionName !== RegionName),
    {
      RegionName,
      ReplicaStatus,
      ...(ReplicaStatus === 'CREATION_FAILED' ? { ReplicaStatusDescription: 'no room' } : {}),
    },
  ]
  const update = ({ StreamSpecification, ReplicaUpdates = [] }: UpdateTableInput): void => {
    if (table.TableStatus !== 'ACTIVE' || next !== undefined)
      throw refusal('SERVICE.RESOURCE_IN_USE', 'ResourceInUseException')
    const [{ Create, Delete } = {}, second] = ReplicaUpdates
    if (second !== undefined || (StreamSpecification !== undefined && Create !== undefined))
      throw new TypeError('too much')
    table = { ...table, TableStatus: 'UPDATING' }
    if (StreamSpecification !== undefined) table = { ...table, StreamSpecification }
    const done = (then: () => void) =>
      later(() => {
        table = { ...table, TableStatus: 'ACTIVE' }
        then()
      })
    if (Create !== undefined) {
      if (table.StreamSpecification?.StreamViewType !== 'NEW_AND_OLD_IMAGES') throw new TypeError('no stream')
      const { RegionName } = Create
      // The replica is seen later than the table is ACTIVE again.
      done(() => {
        later(() => {
          replicas(status(RegionName, 'CREATING'))
          later(() => replicas(status(RegionName, failing.includes(RegionName) ? 'CREATION_FAILED' : 'ACTIVE')))
        })
        if (next !== undefined) next = { ...next, in: 1 }
      })
    } else if (Delete !== undefined) {
      const { RegionName } = Delete
      replicas(status(RegionName, 'DELETING'))
      done(() => replicas((all) => all.filter((each) => each.RegionName !== RegionName)))
    } else done(() => {})
  }
  return stubAws((operation, input) => {
    if (operation === 'UpdateTable') return update(input)
    if (operation !== 'DescribeTable') throw new TypeError(operation)
    if (next !== undefined) {
      next = { ...next, in: next.in - 1 }
      if (next.in === 0) {
        const { change } = next
        next = undefined
        change()
      }
    }
    return { Table: table }
  })
}

const create = (RegionName: string): unknown => [
  'UpdateTable',
  { TableName: 'orders', ReplicaUpdates: [{ Create: { RegionName } }] },
]
const stream = [
  'UpdateTable',
  { TableName: 'orders', StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } },
]

describe('global tables', () => {
  test('B5: the stream is turned on, and replicas are added one after the other', async () => {
    const { connection, sent } = globalTable()
    const manager = new GlobalTableManager({ connection })
    expect(await manager.create('orders', ['eu-west-1', 'us-east-1', 'eu-west-1', 'ap-southeast-2'])).toEqual([
      'eu-west-1',
      'ap-southeast-2',
    ])
    expect(sent).toEqual([stream, create('eu-west-1'), create('ap-southeast-2')])
    expect(await manager.describe('orders')).toEqual({
      name: 'orders',
      version: '2019.11.21',
      replicas: [
        { region: 'eu-west-1', status: 'ACTIVE' },
        { region: 'ap-southeast-2', status: 'ACTIVE' },
      ],
    })
  })

  test('B5: a region that is there is left as it is, and one is removed', async () => {
    const { connection, sent } = globalTable()
    const manager = new GlobalTableManager({ connection })
    expect(await manager.describe('orders')).toEqual({ name: 'orders', version: undefined, replicas: [] })
    expect(await manager.addRegion('orders', 'eu-west-1')).toBe(true)
    expect(await manager.addRegion('orders', 'eu-west-1')).toBe(false)
    expect(await manager.removeRegion('orders', 'eu-west-1')).toBe(true)
    expect(await manager.removeRegion('orders', 'eu-west-1')).toBe(false)
    expect(sent).toEqual([
      stream,
      create('eu-west-1'),
      ['UpdateTable', { TableName: 'orders', ReplicaUpdates: [{ Delete: { RegionName: 'eu-west-1' } }] }],
    ])
    expect((await manager.describe('orders')).replicas).toEqual([])
  })

  test('B5: a replica that fails is told with its reason', async () => {
    const { connection } = globalTable({}, ['eu-west-1'])
    await expect(new GlobalTableManager({ connection }).addRegion('orders', 'eu-west-1')).rejects.toMatchObject({
      code: 'TABLE.REPLICA_FAILED',
      message: expect.stringContaining('eu-west-1 failed: no room'),
    })
    // It stays as it is, and nobody waits for it.
    await waitForTable('orders', { connection, timeout: 60_000 })
  })

  test('B5: a stream with readers of another kind is not turned off', async () => {
    const { connection, sent } = globalTable({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    })
    await expect(new GlobalTableManager({ connection }).addRegion('orders', 'eu-west-1')).rejects.toMatchObject({
      code: 'TABLE.DIFFERS',
      faults: ['its stream holds KEYS_ONLY, and replicas need NEW_AND_OLD_IMAGES'],
    })
    expect(sent).toEqual([])
  })

  test('B5: a wait ends, and says what for', async () => {
    const progress: TableProgress[] = []
    const { connection } = globalTable({ Replicas: [{ RegionName: 'eu-west-1', ReplicaStatus: 'CREATING' }] })
    await expect(
      waitForTable('orders', { connection, timeout: 5000, onProgress: (each) => progress.push(each) }),
    ).rejects.toMatchObject({
      code: 'TABLE.WAIT_TIMEOUT',
      details: { table: 'orders', waitingFor: ['replica eu-west-1 CREATING'], elapsed: 5000 },
    })
    expect(progress.map(({ elapsed }) => elapsed)).toEqual([0, 50, 150, 350, 750, 1550, 3150, 5000])
  })

  test('B5: names that cannot be are refused before anything is sent', async () => {
    const { connection, sent } = globalTable()
    const manager = new GlobalTableManager({ connection })
    await expect(manager.create('o', ['europe'])).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      faults: [expect.stringMatching(/^name is "o"/), expect.stringMatching(/^regions\[0\] is "europe"/)],
    })
    await expect(manager.create('orders', [])).rejects.toMatchObject({ faults: ['regions is empty'] })
    await expect(manager.removeRegion('orders', 'us-east-1')).rejects.toMatchObject({ code: 'TABLE.INVALID_INPUT' })
    expect(() => new GlobalTableManager({ conection: connection } as object)).toThrow(/did you mean connection/)
    expect(sent).toEqual([])
  })

  test('B5: with the local engine on nothing is asked of AWS', async () => {
    const { connection } = stubAws(() => ({ Table: {} }), { config: { local: { enabled: true } } })
    await expect(new GlobalTableManager({ connection }).describe('orders')).rejects.toMatchObject({
      code: 'DRIVER.UNSUPPORTED',
    })
  })
})
