import type { CreateTableInput, Projection, SecondaryIndex } from '../drivers/index.js'
import type { IndexDesign, Projected, TableDesign } from './table-design.js'

/** The CreateTable request for a design: string keys, on-demand capacity, each index with what it holds. */
export function createTableInput(design: TableDesign): CreateTableInput {
  const names = new Set([
    design.partitionKey,
    design.sortKey,
    ...design.indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
  ])
  const [local, global] = [true, false].map((kind) =>
    design.indexes.filter((index) => index.local === kind).map(secondaryIndex),
  )
  return {
    TableName: design.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(design.partitionKey, design.sortKey),
    AttributeDefinitions: [...names].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    ...(global?.length ? { GlobalSecondaryIndexes: global } : {}),
    ...(local?.length ? { LocalSecondaryIndexes: local } : {}),
  }
}

function secondaryIndex(index: IndexDesign): SecondaryIndex {
  return {
    IndexName: index.name,
    KeySchema: keySchema(index.partitionKey, index.sortKey),
    Projection: projectionInput(index.projection),
  }
}

function keySchema(partition: string, sort: string): CreateTableInput['KeySchema'] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ]
}

function projectionInput(projection: Projected): Projection {
  if (typeof projection === 'string') return { ProjectionType: projection }
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: projection }
}
