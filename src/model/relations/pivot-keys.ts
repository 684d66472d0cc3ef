import { kindOf } from '../../values/index.js'
import { ModelError } from '../errors.js'
import { stateOf } from '../record-state.js'
import { type PivotModel, pivotModel } from './pivots.js'
import { textOf } from './relation-load.js'
import type { RelationOrigin } from './relation-origin.js'

/** What pivot rows carry besides their keys, by attribute. */
export type PivotValues = Readonly<Record<string, unknown>>

/** A row on the far side that is to be attached or detached. */
export interface PivotKey {
  /** The key as text, equal for equal keys. */
  readonly text: string
  readonly value: unknown
  readonly pivot: PivotValues | undefined
}

/**
 * Keys as they are given: one, a list, records of the related model, or an object of keys and what their pivot rows carry.
 *
 * @throws ModelError `MODEL.INVALID_INPUT`
 */
export function pivotKeys(origin: RelationOrigin, given: unknown, pivot?: PivotValues): readonly PivotKey[] {
  const { owner, relation, related } = origin
  const through = pivotModel(owner, relation, related)
  if (isTable(given))
    return Object.entries(given).map(([value, own]) => {
      if (own !== true && !isTable(own)) throw invalid(origin, own)
      return keyOf(origin, through, value, own === true ? pivot : { ...pivot, ...own })
    })
  const list = Array.isArray(given) ? (given as readonly unknown[]) : given instanceof Set ? [...given] : [given]
  const keys = list.map((each) => keyOf(origin, through, each, pivot))
  return [...new Map(keys.map((key) => [key.text, key])).values()]
}

function keyOf(origin: RelationOrigin, through: PivotModel, given: unknown, pivot: PivotValues | undefined): PivotKey {
  const { related } = origin
  const { primaryKey } = related.schema
  const isRecord = typeof given === 'object' && given !== null && stateOf(given) !== undefined
  if (isRecord && !(given instanceof related.model)) throw invalid(origin, given)
  const value = isRecord ? (given as Record<string, unknown>)[primaryKey] : given
  if (value === undefined || value === null || value === '') throw invalid(origin, value)
  const coerced = related.codec.coerce(primaryKey, value)
  return { text: textOf(through.model, through.relatedKey, coerced), value: coerced, pivot }
}

/** An object of keys, and no record. */
function isTable(given: unknown): given is Readonly<Record<string, unknown>> {
  return (
    typeof given === 'object' &&
    given !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(given) as object | null)
  )
}

function invalid({ owner, relation, related }: RelationOrigin, given: unknown): ModelError {
  return new ModelError(
    'MODEL.INVALID_INPUT',
    `${owner.schema.name}.${relation.name} takes keys or records of ${related.schema.name}, not ${kindOf(given)}.`,
    {
      hint: "Write attach('admin'), attach(['admin', role]), or attach({ admin: { level: 3 } }).",
      details: { model: owner.schema.name, relation: relation.name },
    },
  )
}
