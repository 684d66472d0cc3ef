import { and, type Condition, holds, isSendable, lte, not, rootsIn, simplify } from '../expressions/index.js'
import { recognizes } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { keyNamesOf } from './key-places.js'
import type { Plan } from './plan.js'
import type { QuerySpec } from './query-spec.js'

/** Soft-deleted rows in or out, as the query asks. */
export function trashFilter(spec: QuerySpec, binding: EntityBinding): Condition[] {
  if (!binding.schema.softDeletes || spec.trashed === 'with') return []
  return [{ kind: spec.trashed === 'only' ? 'exists' : 'not-exists', path: [binding.schema.deletedAt] }]
}

/** Only rows of the model, as far as DynamoDB can tell by the type attribute: for keys that other models share. */
export function typeFilter({ design: { recognition } }: EntityBinding): Condition {
  if (recognition.kind !== 'type') return { kind: 'constant', value: true }
  return {
    kind: 'compare',
    op: '=',
    left: { kind: 'path', path: [recognition.attribute] },
    right: { kind: 'value', value: recognition.value },
  }
}

/**
 * What a Query checks besides its keys: in DynamoDB, and in memory where a condition is on the index's own keys, or of a
 * kind that DynamoDB does not know.
 */
export interface RowFilter {
  /** True when no row can pass. */
  readonly never: boolean
  readonly filter: Condition | undefined
  readonly check: Condition | undefined
}

/** @param keys key attributes of the table or index that is queried: DynamoDB takes no filter on them */
export function splitFilter(conditions: readonly Condition[], keys: readonly string[]): RowFilter {
  const onKeys = (condition: Condition): boolean =>
    !isSendable(condition) || (keys.length > 0 && rootsIn(condition).some((name) => keys.includes(name)))
  const filter = simplify(and(...conditions.filter((condition) => !onKeys(condition))))
  const check = simplify(and(...conditions.filter(onKeys)))
  const left = (condition: Condition): Condition | undefined => (condition.kind === 'constant' ? undefined : condition)
  return {
    never: [filter, check].some((condition) => condition.kind === 'constant' && !condition.value),
    filter: left(filter),
    check: left(check),
  }
}

/** True when a plan only keeps out deleted rows and rows of other models: nearly all that its keys name are of the answer. */
export function passesMost({ filter, inMemory }: Plan, { table, schema }: EntityBinding): boolean {
  const passes = (condition: Condition): boolean => {
    if (condition.kind === 'and') return condition.conditions.every(passes)
    if (condition.kind === 'not-exists') return condition.path[0] === schema.deletedAt
    return (
      condition.kind === 'compare' &&
      condition.left.kind === 'path' &&
      condition.left.path[0] === table.entityTypeAttribute
    )
  }
  return inMemory.filter === undefined && (filter === undefined || passes(filter))
}

/** The attribute by which a query leaves out rows whose time is up. Of soft-deleted rows alone, where only they expire. */
export function expiryIn({ expired, trashed }: QuerySpec, { schema, design }: EntityBinding): string | undefined {
  if (expired || (schema.ttl === undefined && trashed === 'without')) return undefined
  return design.expiry
}

/** The row's time is not up now. DynamoDB removes it some time after, "typically within a few days". */
export function aliveCondition({ expiry }: Plan, { connection: { clock } }: EntityBinding): Condition | undefined {
  if (expiry === undefined) return undefined
  return not(lte([expiry], { N: String(Math.floor(clock.now() / 1000)) }))
}

/** True where the moment is a key of the index that is read: DynamoDB takes no filter on it. */
export function isExpiryKey(plan: Plan, binding: EntityBinding): boolean {
  return plan.expiry !== undefined && keyNamesOf(plan, binding).includes(plan.expiry)
}

/** GetItem and BatchGetItem know no filter: what they bring is checked here. */
export function isWanted(item: AttributeMap, plan: Plan, binding: EntityBinding): boolean {
  if (!recognizes(binding.design, item)) return false
  const { trashed, filter } = plan
  if (
    binding.schema.softDeletes &&
    trashed !== 'with' &&
    (item[binding.schema.deletedAt] === undefined) !== (trashed === 'without')
  )
    return false
  const alive = aliveCondition(plan, binding)
  return (alive === undefined || holds(alive, item)) && (filter === undefined || holds(filter, item))
}
