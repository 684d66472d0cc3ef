import { encodeSegment } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { LedgerDesign } from './table-design.js'

/** The type attribute of guard items. */
export const GUARD_TYPE = 'unique guard'
/** What the type attribute says of items that the package keeps for itself: no model can be called so. */
export const NOTE_TYPES: readonly string[] = [
  GUARD_TYPE,
  'key patterns',
  'cursor secret',
  'migration lease',
  'migration checkpoint',
  'migration',
  'tenant',
]
/** Attribute of a guard that holds the key of the row it stands for. */
export const GUARD_OWNER = 'owner'

/**
 * The key of the item that stands for one value of a unique attribute. It lives in the ledger (the table that
 * models share) and is written in the same transaction as the row, so two rows can never hold one value.
 */
export function uniqueGuardKey(
  ledger: LedgerDesign,
  schema: EntitySchema,
  attribute: string,
  value: AttributeValue,
): AttributeMap {
  const text = ['UNIQUE', schema.prefix, attribute, encodeSegment(value, ledger.delimiter, attribute)].join(
    ledger.delimiter,
  )
  return { [ledger.partitionKey]: { S: text }, [ledger.sortKey]: { S: text } }
}

/** Attributes of which no two rows may have the same value. The primary key needs no guard. */
export function uniqueAttributesOf(schema: EntitySchema): readonly string[] {
  return schema.attributes.flatMap((attribute) =>
    attribute.unique && attribute.name !== schema.primaryKey ? [attribute.name] : [],
  )
}
