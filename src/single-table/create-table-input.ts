import type { CreateTableInput } from '../drivers/index.js'
import type { TableDesign } from './table-design.js'

/** The CreateTable request for a design: string keys, every index with all attributes, on-demand capacity. */
export function createTableInput(design: TableDesign): CreateTableInput {
  const key = (partition: string, sort: string): CreateTableInput['KeySchema'] => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ]
  const names = [
    design.partitionKey,
    design.sortKey,
    ...design.indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
  ]
  return {
    TableName: design.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: key(design.partitionKey, design.sortKey),
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    ...(design.indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: design.indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: key(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: index.projection },
          })),
        }),
  }
}
