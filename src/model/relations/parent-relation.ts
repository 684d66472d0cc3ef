import { QueryBuilder } from '../../query/index.js'
import type { RecordOf } from '../../schema/index.js'
import type { ModelClass } from '../model-space.js'
import { stateFor } from '../state-for.js'
import { putAlong } from './pivots.js'
import { checkRelated, originOf } from './relation-origin.js'

/** The row that a record belongs to: `belongsTo`, `morphTo`. */
export class ParentRelation<M extends ModelClass, R = RecordOf<M>> extends QueryBuilder<M, R> {
  /**
   * Makes another record the owner of this one; `save()` writes it. Every index key follows in the same write.
   * @returns the record that belongs
   */
  associate(parent: RecordOf<M>): object {
    const { record, relation, owner } = originOf(this)
    const { binding } = stateFor(parent)
    if (relation.morph === undefined) checkRelated(originOf(this), parent)
    record[relation.foreignKey] = (parent as Record<string, unknown>)[relation.localKey ?? binding.schema.primaryKey]
    if (relation.morph !== undefined) record[`${relation.morph}Type`] = binding.schema.name
    if (owner.schema.relations.has(relation.name)) putAlong(record, relation.name, parent)
    return record
  }

  /** Makes the record belong to nobody; `save()` writes it. */
  dissociate(): object {
    const { record, relation } = originOf(this)
    record[relation.foreignKey] = undefined
    if (relation.morph !== undefined) record[`${relation.morph}Type`] = undefined
    putAlong(record, relation.name, null)
    return record
  }
}
