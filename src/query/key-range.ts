import type { Comparator, SortKeyCondition } from '../expressions/index.js'
import { fitsKey, type KeyPrefix, type KeyTemplate, segmentOf } from '../keys/index.js'
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
export function keyRange(
  sortKey: string,
  prefix: KeyPrefix,
  bounds: readonly Bound[],
  template: KeyTemplate,
): KeyRange {
  const { delimiter } = template
  const compare = (op: Exclude<Comparator, '<>'>, key: string): SortKeyCondition => ({
    kind: 'compare',
    name: sortKey,
    op,
    value: { S: key },
  })
  // No row has such a key, and DynamoDB takes none in a request.
  if (!fitsKey(prefix.text, 'sort')) return { condition: undefined, empty: true, loose: false }
  if (prefix.complete) return { condition: compare('=', prefix.text), empty: false, loose: false }
  const attribute = prefix.next ?? ''
  const text = (value: AttributeValue): string => prefix.text + segmentOf(template, value, attribute)
  const fits = (value: AttributeValue): boolean => fitsKey(`${text(value)}${delimiter}`, 'sort')
  // Where keys do not sort as the values do, only the prefix is a range of keys.
  const usable = prefix.ordered ? bounds.filter((bound) => valuesOf(bound).every(fits)) : []
  const [only] = usable
  if (only === undefined || (usable.length === 1 && only.kind === 'begins-with')) {
    const start = only?.kind === 'begins-with' ? text(only.value) : prefix.text
    const condition = start === '' ? undefined : ({ kind: 'begins-with', name: sortKey, value: { S: start } } as const)
    return { condition, empty: false, loose: usable.length < bounds.length }
  }
  // Keys that hold value v are exactly v (when it is the last segment) or start with v and the delimiter; `after` is
  // above all of these and below every greater value.
  const after = (value: AttributeValue): string => text(value) + String.fromCharCode(delimiter.charCodeAt(0) + 1)
  let low = prefix.text
  let high = afterPrefix(prefix.text)
  let loose = usable.length < bounds.length
  const raise = (bound: string): void => {
    if (compareText(bound, low) > 0) low = bound
  }
  const lower = (bound: string | undefined): void => {
    if (bound !== undefined && (high === undefined || compareText(bound, high) < 0)) high = bound
  }
  for (const bound of usable) {
    if (bound.kind === 'begins-with') {
      raise(text(bound.value))
      lower(afterPrefix(text(bound.value)))
      if (prefix.nextIsLast) loose = true
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
  if (high !== undefined && compareText(low, high) > 0) return { condition: undefined, empty: true, loose: false }
  // No key is empty, and DynamoDB takes no empty bound.
  if (low === '') return { condition: high ? compare('<=', high) : undefined, empty: high === '', loose }
  if (high === undefined) return { condition: compare('>=', low), empty: false, loose }
  return { condition: { kind: 'between', name: sortKey, low: { S: low }, high: { S: high } }, empty: false, loose }
}

function valuesOf(bound: Bound): readonly AttributeValue[] {
  return bound.kind === 'between' ? [bound.low, bound.high] : [bound.value]
}

/** The least text above every text that begins with this one; undefined when there is none. */
function afterPrefix(prefix: string): string | undefined {
  const characters = [...prefix]
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) as number
    // Surrogates are no characters: U+E000 comes after U+D7FF.
    if (code < 0x10ffff) return characters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1)
  }
  return undefined
}

/** Order of UTF-8 bytes, as DynamoDB compares keys. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
