import type { WriteRequest } from '../drivers/index.js'
import { batchWriteItems, currentConnection, inTenant } from '../runtime/index.js'
import { GUARD_TYPE, recognizes, type TableDesign, tableKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { ModelSpace } from './model-space.js'

/** Deletes the rows of every known model, and their unique guards. */
export async function truncateTables(): Promise<void> {
  const space = ModelSpace.of(inTenant(currentConnection()))
  const { connection } = space
  const names = new Set(space.models.map((binding) => binding.schema.name))
  for (const design of space.designs()) {
    let start: AttributeMap | undefined
    do {
      const page = await connection.send('Scan', {
        TableName: design.tableName,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      })
      const writes = (page.Items ?? []).flatMap((item): WriteRequest[] =>
        isOurs(item, design, names) ? [{ DeleteRequest: { Key: tableKeyOf(design, item) } }] : [],
      )
      await batchWriteItems(connection, design.tableName, writes)
      start = page.LastEvaluatedKey
    } while (start !== undefined)
  }
}

function isOurs(item: AttributeMap, design: TableDesign, names: ReadonlySet<string>): boolean {
  for (const entity of design.entities.values()) if (recognizes(entity, item)) return true
  const text = (name: string): string | undefined => {
    const value = item[name]
    return value !== undefined && 'S' in value ? value.S : undefined
  }
  return text(design.entityTypeAttribute) === GUARD_TYPE && names.has(text('model') ?? '')
}
