import { QueryBuilder } from '../../query/index.js'
import type { RecordOf, RelationSchema } from '../../schema/index.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateFor } from '../state-for.js'
import { keepLazily } from './lazy-values.js'
import { putAlong } from './pivots.js'
import { checkRelated, originOf } from './relation-origin.js'

/** The row that a record belongs to: `belongsTo`, `morphTo`. */
export class ParentRelation<M extends ModelClass, R = RecordOf<M>> extends QueryBuilder<M, R> {
  /**
   * Makes another record the owner of this one; `save()` writes it. Every index key follows in the same write.
   * @returns the record that belongs
   */
  associate(parent: InstanceType<M>): object {
    const { record, relation } = originOf(this)
    const { binding } = stateFor(parent)
    if (relation.morph === undefined) checkRelated(originOf(this), parent)
    record[relation.foreignKey] = (parent as Record<string, unknown>)[relation.localKey ?? binding.schema.primaryKey]
    if (relation.morph !== undefined) record[`${relation.morph}Type`] = binding.schema.name
    keep(record, relation, parent)
    return record
  }

  /** Makes the record belong to nobody; `save()` writes it. */
  dissociate(): object {
    const { record, relation } = originOf(this)
    record[relation.foreignKey] = undefined
    if (relation.morph !== undefined) record[`${relation.morph}Type`] = undefined
    keep(record, relation, null)
    return record
  }
}

/** What was read of the relation before is no longer true. */
function keep(record: Attributes, relation: RelationSchema, parent: object | null): void {
  if (Object.hasOwn(record, relation.name)) putAlong(record, relation.name, parent)
  else keepLazily(record, relation, parent)
}
