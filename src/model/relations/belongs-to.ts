import type { RelationSchema } from '../../schema/index.js'
import { findByKeys } from '../find.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'

/** The owners of many records: one BatchGetItem for all distinct keys. */
export async function loadBelongsTo(
  _owner: ModelBinding,
  relation: RelationSchema,
  related: ModelBinding,
  records: readonly Attributes[],
): Promise<void> {
  const keys = [
    ...new Set(records.map((record) => record[relation.foreignKey]).filter((key) => key !== undefined && key !== null)),
  ]
  const found = await findByKeys(related, keys)
  const byKey = new Map(found.map((parent) => [(parent as Attributes)[related.schema.primaryKey], parent]))
  for (const record of records) record[relation.name] = byKey.get(record[relation.foreignKey]) ?? null
}
