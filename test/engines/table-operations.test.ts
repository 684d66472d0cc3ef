import {
  type Connection,
  connect,
  createTable,
  deleteTable,
  describeTable,
  disablePointInTimeRecovery,
  disableTtl,
  enablePointInTimeRecovery,
  enableTtl,
  GlobalTableManager,
  listTables,
  type TableProgress,
  tagTable,
  untagTable,
  updateTable,
  waitForTable,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const text = (name: string) => ({ name, type: 'string' }) as const
const isLocal = { name: 'dynamodb-local' }

describeEngines('table operations', (lane) => {
  let connection: Connection
  let on: { connection: Connection }
  beforeAll(() => {
    connection = connect({ region: 'us-east-1', driver: lane.createDriver() })
    on = { connection }
  })
  afterAll(() => connection.close())

  test('B7: a table with everything is made, described, listed and deleted', async () => {
    const tableName = uniqueTable('made')
    const made = await createTable(
      {
        tableName,
        partitionKey: { name: 'customer', type: 'S' },
        sortKey: { name: 'at', type: 'number' },
        lsis: [{ name: 'byTotal', sortKey: { name: 'total', type: 'N' }, projection: 'KEYS_ONLY' }],
        gsis: [
          { name: 'byStatus', partitionKey: text('status'), sortKey: { name: 'at', type: 'N' } },
          { name: 'byHash', partitionKey: { name: 'hash', type: 'binary' }, projection: ['status', 'note'] },
        ],
        billingMode: 'PROVISIONED',
        readCapacity: 5,
        writeCapacity: 3,
        stream: 'NEW_IMAGE',
        deletionProtection: true,
        ttl: 'expires',
      },
      on,
    )
    expect(made).toEqual(await describeTable(tableName, on))
    expect(made).toMatchObject({
      name: tableName,
      status: 'ACTIVE',
      key: { partition: [{ name: 'customer', type: 'S' }], sort: [{ name: 'at', type: 'N' }] },
      billing: 'PROVISIONED',
      capacity: { read: 5, write: 3 },
      itemCount: 0,
      sizeBytes: 0,
      stream: { viewType: 'NEW_IMAGE', arn: expect.stringContaining(tableName) },
      tableClass: 'STANDARD',
      deletionProtection: true,
      ttl: 'expires',
      pointInTimeRecovery: undefined,
      tags: lane.name === isLocal.name ? undefined : {},
      replicas: [],
      unsupported: lane.name === isLocal.name ? ['pointInTimeRecovery', 'tags'] : ['pointInTimeRecovery'],
    })
    expect(Math.abs((made.createdAt as Date).getTime() - Date.now())).toBeLessThan(120_000)
    const capacity = { read: 5, write: 3 }
    const index = { status: 'ACTIVE', backfilling: false, itemCount: 0, sizeBytes: 0 }
    expect(made.indexes.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        ...index,
        name: 'byHash',
        local: false,
        key: { partition: [{ name: 'hash', type: 'B' }], sort: [] },
        projection: expect.toSatisfy((names: string[]) => names.toSorted().join() === 'note,status'),
        capacity,
      },
      {
        ...index,
        name: 'byStatus',
        local: false,
        key: { partition: [{ name: 'status', type: 'S' }], sort: [{ name: 'at', type: 'N' }] },
        projection: 'ALL',
        capacity,
      },
      {
        ...index,
        name: 'byTotal',
        local: true,
        key: { partition: [{ name: 'customer', type: 'S' }], sort: [{ name: 'total', type: 'N' }] },
        projection: 'KEYS_ONLY',
        capacity: undefined,
      },
    ])
    expect(Object.isFrozen(made) && Object.isFrozen(made.indexes[0]?.key.partition[0])).toBe(true)

    expect(await listTables({ ...on, prefix: tableName })).toEqual([tableName])
    await expect(deleteTable(tableName, on)).rejects.toMatchObject({ code: 'TABLE.PROTECTED' })
    expect(await updateTable(tableName, { deletionProtection: false }, on)).toEqual(['deletionProtection'])
    expect(await deleteTable(tableName, on)).toBe(true)
    expect(await describeTable(tableName, on)).toBeNull()
    expect(await deleteTable(tableName, on)).toBe(false)
    expect(await listTables({ ...on, prefix: tableName })).toEqual([])
  })

  test('B7: all pages are listed, up to a limit', async () => {
    const prefix = uniqueTable('page')
    const names = Array.from({ length: 3 }, (_, place) => `${prefix}-${place}`)
    for (const tableName of names) await createTable({ tableName, partitionKey: text('id') }, on)
    const pages: number[] = []
    connection.use(async (request, next) => {
      if (request.operation !== 'ListTables') return next(request)
      pages.push(1)
      return next({ ...request, input: { ...request.input, Limit: 1 } })
    })
    expect((await listTables({ ...on, prefix })).toSorted()).toEqual(names)
    const all = pages.length
    expect(all).toBeGreaterThanOrEqual(3)
    expect(await listTables({ ...on, prefix, limit: 2 })).toHaveLength(2)
    expect(pages.length - all).toBeLessThanOrEqual(all)
  })

  test('B7: a table that is there is an error, or taken when it fits', async () => {
    const tableName = uniqueTable('there')
    const options = {
      tableName,
      partitionKey: text('id'),
      gsis: [{ name: 'byTeam', partitionKey: text('team') }],
    } as const
    const made = await createTable(options, on)
    await expect(createTable(options, on)).rejects.toMatchObject({
      code: 'TABLE.EXISTS',
      details: { table: tableName },
    })
    const ifNotExists = true
    expect(await createTable({ ...options, ifNotExists, ttl: 'gone' }, on)).toEqual({ ...made, ttl: 'gone' })
    await expect(
      createTable(
        {
          tableName,
          partitionKey: { name: 'id', type: 'N' },
          gsis: [
            { name: 'byTeam', partitionKey: text('team'), projection: 'KEYS_ONLY' },
            { name: 'byKind', partitionKey: text('kind') },
          ],
          ifNotExists,
        },
        on,
      ),
    ).rejects.toMatchObject({
      code: 'TABLE.DIFFERS',
      faults: [
        'its key is id (S, HASH), not id (N, HASH)',
        'what index byTeam holds is ALL, not KEYS_ONLY',
        'it has no global index byKind',
      ],
    })
  })

  test('B7: several that make the same table get one', async () => {
    const tableName = uniqueTable('race')
    const make = () => createTable({ tableName, partitionKey: text('id'), ifNotExists: true }, on)
    const tables = await Promise.all([make(), make(), make()])
    expect(new Set(tables.map(({ createdAt }) => String(createdAt))).size).toBe(1)
  })

  test('B7: a table is changed where it differs, and nowhere else', async () => {
    const tableName = uniqueTable('changed')
    await createTable(
      { tableName, partitionKey: text('id'), gsis: [{ name: 'byTeam', partitionKey: text('team') }] },
      on,
    )
    const sent: string[] = []
    connection.use((request, next) => {
      if (/^(?:Update|Tag|Untag)/.test(request.operation)) sent.push(request.operation)
      return next(request)
    })
    const changes = {
      billingMode: 'PROVISIONED',
      readCapacity: 4,
      writeCapacity: 2,
      indexes: { byTeam: { readCapacity: 7 } },
      deletionProtection: true,
      stream: true,
      ttl: 'gone',
    } as const
    expect(await updateTable(tableName, changes, on)).toEqual(['billing', 'deletionProtection', 'stream', 'ttl'])
    expect(await describeTable(tableName, on)).toMatchObject({
      billing: 'PROVISIONED',
      capacity: { read: 4, write: 2 },
      // dynoxide keeps the capacity that indexes were made with.
      indexes: [{ capacity: lane.name === 'dynoxide' ? { read: 0, write: 0 } : { read: 7, write: 2 } }],
      deletionProtection: true,
      stream: { viewType: 'NEW_AND_OLD_IMAGES' },
      ttl: 'gone',
    })
    sent.length = 0
    const { indexes, ...others } = changes
    expect(await updateTable(tableName, others, on)).toEqual([])
    expect(sent).toEqual([])
    if (lane.name === 'dynamodb-local') {
      expect(await updateTable(tableName, { indexes }, on)).toEqual([])
      expect(sent).toEqual([])
      const more = { indexes: { byTeam: { writeCapacity: 9 } }, readCapacity: 4 }
      expect(await updateTable(tableName, more, on)).toEqual(['billing'])
      expect(await describeTable(tableName, on)).toMatchObject({
        capacity: { read: 4, write: 2 },
        indexes: [{ capacity: { read: 7, write: 9 } }],
      })
      sent.length = 0
    }
    expect(await updateTable(tableName, { stream: 'KEYS_ONLY' }, on)).toEqual(['stream'])
    expect(sent).toEqual(['UpdateTable', 'UpdateTable'])
    expect(await describeTable(tableName, on)).toMatchObject({ stream: { viewType: 'KEYS_ONLY' } })
    const back = { billingMode: 'PAY_PER_REQUEST', stream: false, deletionProtection: false } as const
    expect(await updateTable(tableName, back, on)).toEqual(['billing', 'deletionProtection', 'stream'])
    expect(await describeTable(tableName, on)).toMatchObject({
      billing: 'PAY_PER_REQUEST',
      capacity: undefined,
      indexes: [{ capacity: undefined }],
      stream: undefined,
    })
    await expect(
      updateTable(tableName, { readCapacity: 4, indexes: { byTaem: { readCapacity: 1 } } }, on),
    ).rejects.toMatchObject({
      code: 'TABLE.INVALID_INPUT',
      faults: [
        'the table has no global index byTaem; did you mean byTeam?',
        'capacity is for billingMode "PROVISIONED", and the table has PAY_PER_REQUEST',
      ],
    })
    await expect(updateTable('no-such-table', { stream: true }, on)).rejects.toMatchObject({
      code: 'SERVICE.RESOURCE_NOT_FOUND',
    })
  })

  test('B7: Time to Live is turned on and off once', async () => {
    const tableName = uniqueTable('ttl')
    await createTable({ tableName, partitionKey: text('id') }, on)
    expect(await enableTtl(tableName, 'gone', on)).toBe(true)
    expect(await enableTtl(tableName, 'gone', on)).toBe(false)
    await expect(enableTtl(tableName, 'other', on)).rejects.toMatchObject({ code: 'TABLE.TTL_DIFFERS' })
    expect(await disableTtl(tableName, on)).toBe(true)
    expect(await disableTtl(tableName, on)).toBe(false)
    expect(await describeTable(tableName, on)).toMatchObject({ ttl: undefined })
  })

  test('B7: tags are set and taken off, or refused before a table is made', async () => {
    const tableName = uniqueTable('tags')
    const options = { tableName, partitionKey: text('id'), tags: { team: 'red', 'cost center': '7' } } as const
    if (lane.name === 'dynamodb-local') {
      const refused = { code: 'DRIVER.UNSUPPORTED' }
      await expect(createTable(options, on)).rejects.toMatchObject(refused)
      expect(await describeTable(tableName, on)).toBeNull()
      await createTable({ tableName, partitionKey: text('id') }, on)
      await expect(updateTable(tableName, { stream: true, tags: { a: 'b' } }, on)).rejects.toMatchObject(refused)
      expect(await describeTable(tableName, on)).toMatchObject({ stream: undefined })
      await expect(tagTable(tableName, { a: 'b' }, on)).rejects.toMatchObject(refused)
      return
    }
    expect(await createTable(options, on)).toMatchObject({ tags: options.tags })
    expect(await tagTable(tableName, { team: 'blue', more: '' }, on)).toBe(true)
    expect(await tagTable(tableName, { team: 'blue' }, on)).toBe(false)
    expect(await untagTable(tableName, ['cost center', 'nothing'], on)).toBe(true)
    expect(await untagTable(tableName, ['cost center'], on)).toBe(false)
    expect((await describeTable(tableName, on))?.tags).toEqual({ team: 'blue', more: '' })
    expect(await updateTable(tableName, { tags: { more: 'x', team: 'blue' } }, on)).toEqual(['tags'])
    expect((await describeTable(tableName, on))?.tags).toEqual({ team: 'blue', more: 'x' })
  })

  test('B7: what is waited for is told, and ends in time', async () => {
    const tableName = uniqueTable('wait')
    const told: TableProgress[] = []
    const waited = waitForTable(tableName, { ...on, onProgress: (progress) => told.push(progress) })
    await createTable({ tableName, partitionKey: text('id'), wait: false }, on)
    await waited
    expect(told[0]).toMatchObject({ status: undefined, waitingFor: ['table'] })
    expect(told.at(-1)).toMatchObject({ status: 'ACTIVE', waitingFor: [] })
    await expect(waitForTable(tableName, { ...on, for: 'deleted', timeout: 200 })).rejects.toMatchObject({
      code: 'TABLE.WAIT_TIMEOUT',
      details: { table: tableName, waitingFor: ['table ACTIVE'] },
    })
    const stop = new AbortController()
    const aborted = waitForTable(tableName, { ...on, for: 'deleted', signal: stop.signal })
    stop.abort(new RangeError('enough'))
    await expect(aborted).rejects.toThrow('enough')
    const gone = waitForTable(tableName, { ...on, for: 'deleted' })
    await deleteTable(tableName, { ...on, wait: false })
    await gone
  })

  test('B3: local engines keep no backups, and nothing is made in vain', async () => {
    const tableName = uniqueTable('pitr')
    const refused = { code: 'DRIVER.UNSUPPORTED', details: { operation: 'UpdateContinuousBackups' } }
    const options = { tableName, partitionKey: text('id') } as const
    await expect(createTable({ ...options, pointInTimeRecovery: true }, on)).rejects.toMatchObject(refused)
    expect(await describeTable(tableName, on)).toBeNull()
    await createTable(options, on)
    await expect(updateTable(tableName, { stream: true, pointInTimeRecovery: true }, on)).rejects.toMatchObject(refused)
    expect(await describeTable(tableName, on)).toMatchObject({ stream: undefined })
    for (const call of [enablePointInTimeRecovery, disablePointInTimeRecovery])
      await expect(call(tableName, on)).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
  })

  test('B5: local engines have no replicas, and say so before they are asked', async () => {
    const tableName = uniqueTable('global')
    await createTable({ tableName, partitionKey: text('id') }, on)
    const manager = new GlobalTableManager(on)
    const refused = { code: 'DRIVER.UNSUPPORTED' }
    await expect(manager.create(tableName, ['eu-west-1'])).rejects.toMatchObject(refused)
    await expect(manager.addRegion(tableName, 'eu-west-1')).rejects.toMatchObject(refused)
    await expect(manager.removeRegion(tableName, 'eu-west-1')).rejects.toMatchObject(refused)
    await expect(manager.describe(tableName)).rejects.toMatchObject(refused)
    expect(await describeTable(tableName, on)).toMatchObject({ stream: undefined, replicas: [] })
  })
})
