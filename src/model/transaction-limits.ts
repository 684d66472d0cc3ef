import type { TransactWriteItem } from '../drivers/index.js'
import { itemSize } from '../values/index.js'
import { partsOf } from './commit.js'
import { UniqueConstraintError } from './errors.js'
import type { RowWrite } from './row-write.js'
import { TransactionError } from './transaction-errors.js'

/** DynamoDB: "Service quotas", transactions. */
export const MOST_WRITES = 100
const MOST_BYTES = 4 * 1024 * 1024
/** So many items of 400 KB are never too much. */
const ALWAYS_FIT = 10

/**
 * Refuses what DynamoDB would refuse: more than 100 writes, more than 4 MB, or two writes of one item.
 *
 * @throws TransactionError, or UniqueConstraintError where two rows want one value
 */
export function checkTransaction(writes: readonly RowWrite[]): void {
  const parts = writes.reduce((sum, { companions }) => sum + 1 + companions.length, 0)
  if (parts > MOST_WRITES) {
    const beside =
      parts === writes.length
        ? ''
        : ` (${parts - writes.length} of them for unique attributes, counters and moved rows)`
    throw new TransactionError(
      'TRANSACTION.TOO_MANY_WRITES',
      `A transaction takes ${MOST_WRITES} writes, and this one has ${parts}${beside}.`,
      { details: { writes: parts } },
    )
  }
  if (parts > ALWAYS_FIT) checkSize(writes)
  if (writes.length > 1) checkDistinct(writes)
}

function checkSize(writes: readonly RowWrite[]): void {
  let bytes = 0
  for (const { row, companions } of writes) {
    if (row !== undefined) bytes += itemSize(row)
    for (const { write } of companions) if ('Put' in write) bytes += itemSize(write.Put.Item)
  }
  if (bytes <= MOST_BYTES) return
  throw new TransactionError(
    'TRANSACTION.TOO_LARGE',
    `A transaction takes ${MOST_BYTES} bytes, and the items of this one have ${bytes}.`,
    { details: { bytes } },
  )
}

function checkDistinct(writes: readonly RowWrite[]): void {
  const seen = new Map<string, TransactWriteItem>()
  for (const row of writes) {
    const { table, schema } = row.binding
    const { partitionKey, sortKey } = table.ledger
    for (const [i, part] of partsOf(row).entries()) {
      const attribute = i === 0 ? undefined : row.companions[i - 1]?.attribute
      const place = placeOf(part, attribute === undefined ? table.key.names : [partitionKey, sortKey])
      const other = seen.get(place)
      seen.set(place, part)
      if (other === undefined) continue
      if (attribute === undefined)
        throw new TransactionError('TRANSACTION.SAME_ITEM', `The transaction writes one row of ${schema.name} twice.`)
      if ('Put' in part && 'Put' in other)
        throw new UniqueConstraintError(schema.name, schema.attribute.get(attribute)?.blindIndexOf ?? attribute)
      throw new TransactionError(
        'TRANSACTION.SAME_ITEM',
        `One row of ${schema.name} gives up a value of ${attribute} that another takes in the same transaction.`,
        { hint: 'Nothing was written. Free the value first, and take it in a second transaction.' },
      )
    }
  }
}

/** Table and key of a write, as text. */
function placeOf(part: TransactWriteItem, keyNames: readonly string[]): string {
  const write =
    'Put' in part ? part.Put : 'Update' in part ? part.Update : 'Delete' in part ? part.Delete : part.ConditionCheck
  const key = 'Item' in write ? write.Item : write.Key
  return JSON.stringify([write.TableName, ...keyNames.map((name) => key[name])])
}
