import type { Comparator, SortKeyCondition } from '../expressions/index.js'
import { fitsKey } from '../keys/index.js'
import type { KeyMatch, KeyPart } from '../single-table/index.js'
import { type AttributeValue, compareAttributeValues } from '../values/index.js'
import { type Bound, type KeyRange, keyRange } from './key-range.js'

/** The conditions on a sort key, leftmost first; only the last may be other than `=`. */
export interface SortRange extends Omit<KeyRange, 'condition'> {
  readonly conditions: readonly SortKeyCondition[]
  /** True when a range of the open attribute is among them. */
  readonly narrow: boolean
}

/** What a query's conditions make of a sort key of any form: text made from a template, or attributes of the rows. */
export function sortRange(match: KeyMatch, bounds: readonly Bound[]): SortRange {
  const conditions = match.known.map(({ name, value }): SortKeyCondition => ({ kind: 'compare', name, op: '=', value }))
  if (!match.possible) return { conditions, empty: true, loose: false, narrow: false }
  const { open } = match
  if (open === undefined) return { conditions, empty: false, loose: false, narrow: false }
  const { part, prefix } = open
  const { condition, empty, loose } =
    part.kind === 'template' && prefix !== undefined
      ? keyRange(part.name, prefix, bounds, part.template)
      : attributeRange(part, bounds)
  const narrow = condition !== undefined && (prefix === undefined || condition.kind !== 'begins-with')
  return { conditions: condition === undefined ? conditions : [...conditions, condition], empty, loose, narrow }
}

/** Bounds on an attribute that is itself a sort key: DynamoDB compares its values, so one bound is exact as it is. */
function attributeRange({ name, type }: KeyPart, bounds: readonly Bound[]): KeyRange {
  const usable = bounds.filter((bound) => valuesOf(bound).every((value) => type in value && fits(value)))
  let [low, high]: (Edge | undefined)[] = [undefined, undefined]
  let prefix: AttributeValue | undefined
  let loose = usable.length < bounds.length
  for (const bound of usable) {
    if (bound.kind === 'begins-with') {
      if (prefix !== undefined || type === 'N') loose = true
      else prefix = bound.value
      continue
    }
    const [from, to] = edgesOf(bound)
    if (from !== undefined && (low === undefined || isInside(from, low, 1))) low = from
    if (to !== undefined && (high === undefined || isInside(to, high, -1))) high = to
  }
  // No stored key is empty: nothing is below it, and everything is above.
  if (high !== undefined && isEmpty(high.value)) return { condition: undefined, empty: true, loose: false }
  if (low !== undefined && isEmpty(low.value)) low = undefined
  if (prefix !== undefined && isEmpty(prefix)) prefix = undefined
  if (prefix !== undefined)
    return {
      condition: { kind: 'begins-with', name, value: prefix },
      empty: false,
      loose: loose || low !== undefined || high !== undefined,
    }
  const compare = (op: Exclude<Comparator, '<>'>, value: AttributeValue): SortKeyCondition => ({
    kind: 'compare',
    name,
    op,
    value,
  })
  if (low !== undefined && high !== undefined) {
    if (compareAttributeValues(low.value, high.value) > 0) return { condition: undefined, empty: true, loose: false }
    return {
      condition: { kind: 'between', name, low: low.value, high: high.value },
      empty: false,
      loose: loose || low.open || high.open,
    }
  }
  if (low !== undefined) return { condition: compare(low.open ? '>' : '>=', low.value), empty: false, loose }
  if (high !== undefined) return { condition: compare(high.open ? '<' : '<=', high.value), empty: false, loose }
  return { condition: undefined, empty: false, loose }
}

/** One end of a range; open when the value itself is outside. */
interface Edge {
  readonly value: AttributeValue
  readonly open: boolean
}

function edgesOf(bound: Exclude<Bound, { kind: 'begins-with' }>): readonly [Edge | undefined, Edge | undefined] {
  if (bound.kind === 'between')
    return [
      { value: bound.low, open: false },
      { value: bound.high, open: false },
    ]
  const edge = { value: bound.value, open: bound.op === '<' || bound.op === '>' }
  if (bound.op === '=') return [edge, edge]
  return bound.op === '>' || bound.op === '>=' ? [edge, undefined] : [undefined, edge]
}

/** True when `a` leaves out more than `b`. @param sign 1 for lower ends, -1 for upper ends */
function isInside(a: Edge, b: Edge, sign: 1 | -1): boolean {
  const order = compareAttributeValues(a.value, b.value) * sign
  return order > 0 || (order === 0 && a.open && !b.open)
}

function valuesOf(bound: Bound): readonly AttributeValue[] {
  return bound.kind === 'between' ? [bound.low, bound.high] : [bound.value]
}

const isEmpty = (value: AttributeValue): boolean => ('S' in value && value.S === '') || ('B' in value && value.B === '')

/** DynamoDB takes no sort key value over 1,024 bytes in a condition either. */
function fits(value: AttributeValue): boolean {
  if ('S' in value) return fitsKey(value.S, 'sort')
  return !('B' in value) || Buffer.byteLength(value.B, 'base64') <= 1024
}
