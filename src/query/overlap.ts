import {
  and,
  attribute,
  beginsWith,
  between,
  type Condition,
  compare,
  exists,
  holds,
  rootsIn,
} from '../expressions/index.js'
import { keyText, recognizingAttributes } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { keyNamesOf } from './key-places.js'
import type { Plan } from './plan.js'
import { isWanted } from './row-filters.js'

/** True when no row can be in two of these plans: partitions of one index, as an IN or shards read them, have none in common. */
export function areDisjoint(parts: readonly Plan[]): boolean {
  const places = parts.map(placeOf)
  return (
    new Set(places.map(({ space }) => space)).size <= 1 && new Set(places.map(({ at }) => at)).size === parts.length
  )
}

/** For each of these plans, those before it that may bring the same rows. */
export function earlierOverlaps(parts: readonly Plan[]): readonly (readonly Plan[])[] {
  if (areDisjoint(parts)) return parts.map(() => [])
  const places = parts.map(placeOf)
  return places.map((mine, i) =>
    parts.filter((_, j) => j < i && !(places[j]?.space === mine.space && places[j]?.at !== mine.at)),
  )
}

/** Where a plan looks: plans of one space that are at different places have no row in common. */
function placeOf(plan: Plan, i: number): { readonly space: string; readonly at: string } {
  if (plan.operation === 'Query')
    return { space: `Query ${plan.index ?? ''}`, at: JSON.stringify(plan.keyCondition?.partition) }
  // Of two lists, each may name the same row.
  const space = plan.operation === 'BatchGetItem' ? String(i) : `${plan.operation} ${plan.purpose ?? ''}`
  return { space, at: JSON.stringify(plan.keys) }
}

/** Whether a plan brings an item, judged by the item alone. */
export interface Judge {
  /** What an item has to have for it. */
  readonly attributes: readonly string[]
  brings(item: AttributeMap): boolean
}

export function judgeOf(plan: Plan, binding: EntityBinding): Judge {
  const { table, schema, design } = binding
  if (plan.operation === 'Query') {
    const whole = conditionOf(plan, binding)
    return { attributes: rootsIn(whole), brings: (item) => holds(whole, item) }
  }
  const keys = new Set(plan.keys.map((key) => keyText(table, key)))
  // A guard's row is checked for the unique value itself.
  const isNamed = (item: AttributeMap): boolean => plan.operation === 'GuardLookup' || keys.has(keyText(table, item))
  return {
    attributes: [
      ...table.key.names,
      ...(recognizingAttributes(design) ?? []),
      ...(schema.softDeletes ? [schema.deletedAt] : []),
      ...(plan.expiry === undefined ? [] : [plan.expiry]),
      ...(plan.filter === undefined ? [] : rootsIn(plan.filter)),
    ],
    brings: (item) => isNamed(item) && isWanted(item, plan, binding),
  }
}

/** Everything that an item of a Query fulfils, its keys included. */
function conditionOf(plan: Plan, binding: EntityBinding): Condition {
  const { keyCondition, filter, inMemory } = plan
  return and(
    // An item that lacks a key of an index is not in it.
    ...keyNamesOf(plan, binding).map((name) => exists([name])),
    ...(keyCondition?.partition ?? []).map(({ name, value }) => compare(attribute([name]), '=', value)),
    ...(keyCondition?.sort ?? []).map((sort): Condition => {
      if (sort.kind === 'between') return between([sort.name], sort.low, sort.high)
      if (sort.kind === 'compare') return compare(attribute([sort.name]), sort.op, sort.value)
      return beginsWith([sort.name], sort.value)
    }),
    ...[filter, inMemory.filter].filter((condition) => condition !== undefined),
  )
}

/**
 * True when the plans of a merge can each go on from a key of their own: none is sorted in memory, and every row tells
 * whether a plan before it brings the row, too.
 */
export function areContinuable(parts: readonly Plan[], binding: EntityBinding): boolean {
  return (
    parts.every(({ inMemory }) => inMemory.sort.length === 0) &&
    earlierOverlaps(parts).every((earlier, i) => {
      const held = attributesIn(parts[i] as Plan, binding)
      return (
        held === undefined || earlier.every((each) => judgeOf(each, binding).attributes.every((name) => held.has(name)))
      )
    })
  )
}

/** The attributes that a plan's items can be made to have; undefined for all. */
function attributesIn(plan: Plan, binding: EntityBinding): ReadonlySet<string> | undefined {
  const index = binding.table.indexes.find(({ name }) => name === plan.index)
  if (index === undefined || index.projection === 'ALL' || plan.fetch) return undefined
  const named = index.projection === 'KEYS_ONLY' ? [] : index.projection
  return new Set([...keyNamesOf(plan, binding), ...named, ...plan.fromKeys])
}
