import type { Comparator, SortKeyCondition } from '../expressions/index.js'
import { encodeSegment, type KeyPrefix, ordersByValue } from '../keys/index.js'
import type { AttributeValue } from '../values/index.js'

/** A condition on the first open attribute of a sort key, encoded. */
export type Bound =
  | { readonly kind: 'compare'; readonly op: Exclude<Comparator, '<>'>; readonly value: AttributeValue }
  | { readonly kind: 'between'; readonly low: AttributeValue; readonly high: AttributeValue }
  | { readonly kind: 'begins-with'; readonly value: AttributeValue }

export interface KeyRange {
  /** The condition on the sort key; undefined when it holds for every key of the partition. */
  readonly condition: SortKeyCondition | undefined
  /** True when the bounds exclude every key. */
  readonly empty: boolean
  /** True when the key condition lets values at a bound through that the query excludes: the filter stays. */
  readonly loose: boolean
}

/**
 * The sort key condition for a prefix that is known and bounds on the attribute after it. Every range becomes a BETWEEN
 * (both ends included, as DynamoDB has it) inside the prefix, because keys of other models lie outside.
 */
export function keyRange(sortKey: string, prefix: KeyPrefix, bounds: readonly Bound[], delimiter: string): KeyRange {
  const exact = prefix.complete
  if (exact)
    return {
      condition: { kind: 'compare', name: sortKey, op: '=', value: { S: prefix.text } },
      empty: false,
      loose: false,
    }
  const usable = ordersByValue(delimiter) ? bounds : []
  const open = usable.length === 0
  if (open)
    return {
      condition: prefix.text === '' ? undefined : { kind: 'begins-with', name: sortKey, value: { S: prefix.text } },
      empty: false,
      loose: bounds.length > 0,
    }
  const attribute = prefix.next ?? ''
  const text = (value: AttributeValue): string => prefix.text + encodeSegment(value, delimiter, attribute)
  // Keys that hold value v are exactly v (when it is the last segment) or start with v and the delimiter; `after` is
  // above all of these and below every greater value.
  const after = (value: AttributeValue): string => text(value) + String.fromCharCode(delimiter.charCodeAt(0) + 1)
  const start = prefix.text
  const end =
    start === '' ? '\u{10FFFF}' : start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1)
  let low = start
  let high = end
  let loose = false
  const raise = (bound: string): void => {
    if (compareText(bound, low) > 0) low = bound
  }
  const lower = (bound: string): void => {
    if (compareText(bound, high) < 0) high = bound
  }
  for (const bound of usable) {
    if (bound.kind === 'begins-with') {
      const from = text(bound.value)
      if (usable.length === 1)
        return { condition: { kind: 'begins-with', name: sortKey, value: { S: from } }, empty: false, loose: false }
      raise(from)
      lower(`${from}\u{10FFFF}`)
    } else if (bound.kind === 'between') {
      raise(text(bound.low))
      lower(prefix.nextIsLast ? text(bound.high) : after(bound.high))
    } else {
      if (bound.op === '>=') raise(text(bound.value))
      if (bound.op === '>') raise(prefix.nextIsLast ? text(bound.value) : after(bound.value))
      if (bound.op === '<=') lower(prefix.nextIsLast ? text(bound.value) : after(bound.value))
      if (bound.op === '<') lower(text(bound.value))
      if (prefix.nextIsLast && (bound.op === '<' || bound.op === '>')) loose = true
    }
  }
  if (compareText(low, high) > 0) return { condition: undefined, empty: true, loose: false }
  if (low === '')
    return { condition: { kind: 'compare', name: sortKey, op: '<=', value: { S: high } }, empty: false, loose }
  return { condition: { kind: 'between', name: sortKey, low: { S: low }, high: { S: high } }, empty: false, loose }
}

/** Order of UTF-8 bytes, as DynamoDB compares keys. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
