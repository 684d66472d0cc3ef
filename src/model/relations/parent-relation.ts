import { QueryBuilder } from '../../query/index.js'
import type { RecordOf, RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateOf } from '../record-state.js'
import { stateFor } from '../state-for.js'
import { keepLazily } from './lazy-values.js'
import { putAlong } from './pivots.js'
import { checkRelated, keyOf, originOf } from './relation-origin.js'

/** The row that a record belongs to: `belongsTo`, `morphTo`. */
export class ParentRelation<M extends ModelClass, R = RecordOf<M>> extends QueryBuilder<M, R> {
  /**
   * Makes another record the owner of this one; `save()` writes it. Every index key follows in the same write. Without an
   * owner (null) it belongs to nobody.
   *
   * @returns the record that belongs
   * @throws ModelError `MODEL.INVALID_INPUT` for what is no record of the owner's model, or has no key yet
   */
  associate(parent: InstanceType<M> | null): object {
    if (parent === null) return this.dissociate()
    const origin = originOf(this)
    const { record, owner, relation } = origin
    if (relation.morph === undefined) checkRelated(origin, parent)
    else if (typeof parent !== 'object' || stateOf(parent) === undefined)
      throw new ModelError('MODEL.INVALID_INPUT', `${owner.schema.name}.${relation.name} takes a record of a model.`, {
        details: { model: owner.schema.name, relation: relation.name },
      })
    const { binding } = stateFor(parent)
    record[relation.foreignKey] = keyOf(parent as Attributes, binding, relation)
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
