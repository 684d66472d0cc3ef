import type { CreateTableInput, Projection, SecondaryIndex } from '../drivers/index.js'
import type { KeyShape } from './path-key.js'
import type { IndexDesign, Projected, TableDesign } from './table-design.js'

/** What CreateTable needs to know of a table. */
export type TableLayout = Pick<TableDesign, 'tableName' | 'key' | 'indexes'>

/** The CreateTable request for a design: on-demand capacity, each index with what it holds. */
export function createTableInput(design: TableLayout): CreateTableInput {
  const attributes = new Map(
    [design, ...design.indexes]
      .flatMap(({ key }) => [...key.partition, ...key.sort])
      .map(({ name, type }) => [name, type]),
  )
  const [local, global] = [true, false].map((kind) =>
    design.indexes.filter((index) => index.local === kind).map((index) => secondaryIndex(index, design)),
  )
  return {
    TableName: design.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(design.key),
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    ...(global?.length ? { GlobalSecondaryIndexes: global } : {}),
    ...(local?.length ? { LocalSecondaryIndexes: local } : {}),
  }
}

function secondaryIndex(index: IndexDesign, design: TableLayout): SecondaryIndex {
  const keys = [...design.key.names, ...index.key.names]
  return {
    IndexName: index.name,
    KeySchema: keySchema(index.key),
    Projection: projectionInput(index.projection, keys),
  }
}

function keySchema(key: KeyShape): CreateTableInput['KeySchema'] {
  return [
    ...key.partition.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' }) as const),
    ...key.sort.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' }) as const),
  ]
}

/** Keys are in every index in any case, and DynamoDB does not let them be named. */
function projectionInput(projection: Projected, keys: readonly string[]): Projection {
  if (typeof projection === 'string') return { ProjectionType: projection }
  const NonKeyAttributes = projection.filter((name) => !keys.includes(name))
  return NonKeyAttributes.length === 0
    ? { ProjectionType: 'KEYS_ONLY' }
    : { ProjectionType: 'INCLUDE', NonKeyAttributes }
}
