import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Connection,
  connect,
  createTableFromModels,
  type DynamoDBConfig,
  DynamoDBModel,
  describeTable,
  exportTables,
  listTables,
  registerModels,
  type TableInfo,
} from 'dynamodb-tooling'
import { afterAll, describe, expect, test } from 'vitest'
import { fromCloudFormation, fromTerraform, type MadeTable, runCdk } from './fixtures/infrastructure.js'
import { describeEngines, uniqueTable } from './support.js'

const text = { type: 'string', required: true } as const

class Shop extends DynamoDBModel {
  static table = 'shops'
  attributes = { id: text, name: { type: 'string', required: true, unique: true } } as const
  relationships = {
    sales: { type: 'hasMany', model: 'Sale', foreignKey: 'shopId' },
    labels: { type: 'belongsToMany', model: 'Label' },
  } as const
}
class Sale extends DynamoDBModel {
  static table = 'sales'
  static ttl = 'gone'
  attributes = {
    id: text,
    shopId: { type: 'string' },
    state: text,
    total: { type: 'number', required: true },
    gone: { type: 'date' },
  } as const
  relationships = { shop: { type: 'belongsTo', model: 'Shop', foreignKey: 'shopId' } } as const
  static indexes = {
    byState: { partition: ['state'], sort: ['total'], projection: ['shopId'] },
    byTotal: { partition: ['total'], projection: 'KEYS_ONLY' },
  }
}
class Label extends DynamoDBModel {
  static table = 'labels'
  attributes = { id: text } as const
  relationships = { shops: { type: 'belongsToMany', model: 'Shop' } } as const
}
class Visit extends DynamoDBModel {
  attributes = { id: text, shopId: text, at: { type: 'date' } } as const
  static keyPattern = { pk: 'SHOP#{shopId}', sk: 'VISIT#{id}' }
  static indexes = { byTime: { sort: ['at'], local: true, projection: 'KEYS_ONLY' } }
}
const models = [Shop, Sale, Label, Visit]

type Design = NonNullable<DynamoDBConfig['singleTableDesign']>

/** Not the same of two tables that were made alike, the more so as migrations write into one. */
const OWN = new Set(['arn', 'createdAt', 'itemCount', 'sizeBytes'])

function alike(table: TableInfo | null): object {
  const { name: _, indexes, ...rest } = table as TableInfo
  const same = (part: object): object => Object.fromEntries(Object.entries(part).filter(([name]) => !OWN.has(name)))
  const byName = indexes.toSorted((one, other) => one.name.localeCompare(other.name))
  return { ...same(rest), indexes: byName.map(same) }
}

describeEngines('tables of models', (lane) => {
  const open: Connection[] = []
  afterAll(async () => {
    for (const each of open) await each.close()
  })
  const program = (name: string, singleTableDesign: Design = {}): Connection => {
    const connection = connect({
      region: 'us-east-1',
      defaultTableName: 'app',
      tablePrefix: `${name}-`,
      driver: lane.createDriver(),
      singleTableDesign,
      schema: false,
    })
    open.push(connection)
    return connection
  }
  const migrate = (connection: Connection) =>
    connection.run(() => {
      registerModels(...models)
      return DynamoDBModel.migrate()
    })
  const tablesOf = async (connection: Connection, name: string): Promise<readonly (readonly [string, object])[]> => {
    const names = (await listTables({ connection, prefix: name })).toSorted()
    return Promise.all(
      names.map(async (each) => [each.slice(name.length), alike(await describeTable(each, { connection }))] as const),
    )
  }
  const make = async (connection: Connection, tables: readonly MadeTable[]): Promise<void> => {
    for (const { createTable, ttl } of tables) {
      await connection.send('CreateTable', createTable)
      if (ttl === undefined) continue
      const TimeToLiveSpecification = { Enabled: true, AttributeName: ttl }
      await connection.send('UpdateTimeToLive', { TableName: createTable.TableName, TimeToLiveSpecification })
    }
  }

  const ways: Readonly<Record<string, (connection: Connection) => Promise<void>>> = {
    async createTableFromModels(connection) {
      const requests = await createTableFromModels(models, { connection, dryRun: true })
      expect(await listTables({ connection, prefix: connection.config.tablePrefix })).toEqual([])
      const made = await createTableFromModels(models, { connection })
      expect(made.map(({ name }) => name)).toEqual(requests.map(({ TableName }) => TableName))
    },
    cloudformation: (connection) =>
      make(connection, fromCloudFormation(exportTables(models, 'cloudformation', { connection }))),
    terraform: (connection) => make(connection, fromTerraform(exportTables(models, 'terraform', { connection }))),
    cdk: (connection) => make(connection, runCdk(exportTables(models, 'cdk', { connection }))),
    json(connection) {
      const { tables } = JSON.parse(exportTables(models, 'json', { connection })) as {
        tables: (MadeTable & { timeToLive?: { TimeToLiveSpecification: { AttributeName: string } } })[]
      }
      return make(
        connection,
        tables.map(({ createTable, timeToLive }) => ({
          createTable,
          ttl: timeToLive?.TimeToLiveSpecification.AttributeName,
        })),
      )
    },
  }
  const designs: readonly (readonly [string, Design])[] = [
    ['in one table', {}],
    ['in a table for each model', { enabled: false }],
    ...(lane.name === 'dynoxide'
      ? []
      : ([
          ['in one table with multi-attribute keys', { multiAttributeKeys: true, gsiCount: 8 }],
          ['in a table for each model with multi-attribute keys', { enabled: false, multiAttributeKeys: true }],
        ] as const)),
  ]

  for (const [title, design] of designs) {
    describe(title, () => {
      test.each(Object.keys(ways))('E11: %s makes what migrate makes', async (how) => {
        const [theirs, ours] = [uniqueTable('theirs'), uniqueTable('ours')]
        const migrated = program(theirs, design)
        await migrate(migrated)
        const connection = program(ours, design)
        await ways[how]?.(connection)
        const made = await tablesOf(connection, ours)
        expect(made).toEqual(await tablesOf(migrated, theirs))
        expect(made.some(([, table]) => (table as TableInfo).ttl === 'gone')).toBe(true)
        expect(await migrate(connection)).toMatchObject({ created: [] })
        await Shop.on(connection).create({ id: 's', name: 'Shop' })
        await Sale.on(connection).create({ id: '1', shopId: 's', state: 'paid', total: 7 })
        expect(await Sale.on(connection).query().where('shopId', 's').count()).toBe(1)
      })
    })
  }

  test('B7: tables of models get settings, and are made once', async () => {
    const name = uniqueTable('settings')
    const connection = program(name)
    const settings = { billingMode: 'PROVISIONED', readCapacity: 2, writeCapacity: 1, stream: true } as const
    const [table] = await createTableFromModels(models, { connection, ...settings })
    expect(table).toMatchObject({
      name: `${name}-app`,
      billing: 'PROVISIONED',
      capacity: { read: 2, write: 1 },
      stream: { viewType: 'NEW_AND_OLD_IMAGES' },
      ttl: 'gone',
    })
    expect(table?.indexes.length).toBeGreaterThan(1)
    for (const { local, capacity } of table?.indexes ?? [])
      expect(capacity).toEqual(local ? undefined : { read: 2, write: 1 })
    await expect(createTableFromModels(models, { connection })).rejects.toMatchObject({ code: 'TABLE.EXISTS' })
    expect(await createTableFromModels(models, { connection, ifNotExists: true })).toEqual([table])
    class Sale2 extends Sale {
      static override indexes = { ...Sale.indexes, byGone: { partition: ['gone'] } }
    }
    Object.defineProperty(Sale2, 'name', { value: 'Sale' })
    await expect(
      createTableFromModels([Shop, Sale2, Label, Visit], { connection: program(name), ifNotExists: true }),
    ).rejects.toMatchObject({ code: 'TABLE.DIFFERS', faults: [expect.stringContaining('it has no global index')] })
  })

  test('B7: tables of models are made of the files of a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'models-'))
    try {
      Object.assign(globalThis, { ModelOfTest: DynamoDBModel })
      const attributes = "{ id: { type: 'string', required: true } }"
      writeFileSync(
        join(folder, 'note.mjs'),
        `export class Note extends globalThis.ModelOfTest { attributes = ${attributes} }\n`,
      )
      const name = uniqueTable('folder')
      const connection = program(name, { enabled: false })
      const made = await createTableFromModels(folder, { connection })
      expect(made.map((table) => table.name)).toContain(`${name}-notes`)
      expect(exportTables(folder, 'terraform', { connection })).toContain(`"name": "${name}-notes"`)
      rmSync(join(folder, 'note.mjs'))
      await expect(createTableFromModels(folder, { connection })).rejects.toMatchObject({
        code: 'TABLE.INVALID_INPUT',
        faults: [`no file in ${folder} exports a model`],
      })
    } finally {
      Reflect.deleteProperty(globalThis, 'ModelOfTest')
      rmSync(folder, { recursive: true })
    }
  })
})
