import type { AttributeTypeName, AttributeValue } from './attribute-value.js'
import { compareNumberText } from './decimal-text.js'

/** Between types DynamoDB knows no order; ours is this one. */
const TYPE_ORDER: readonly AttributeTypeName[] = ['NULL', 'BOOL', 'N', 'S', 'B', 'NS', 'SS', 'BS', 'L', 'M']

/**
 * Orders two values as DynamoDB orders sort keys: numbers by value, strings by their UTF-8 bytes, binary by unsigned
 * bytes. Types DynamoDB does not sort follow a fixed order of our own; false comes before true; lists, sets and maps
 * compare element by element.
 */
export function compareAttributeValues(a: AttributeValue, b: AttributeValue): number {
  if ('S' in a && 'S' in b) return compareText(a.S, b.S)
  if ('N' in a && 'N' in b) return compareNumberText(a.N, b.N)
  if ('B' in a && 'B' in b) return compareBase64(a.B, b.B)
  if ('BOOL' in a && 'BOOL' in b) return Number(a.BOOL) - Number(b.BOOL)
  if ('L' in a && 'L' in b) return compareEach(a.L, b.L, compareAttributeValues)
  if ('M' in a && 'M' in b) return compareEach(membersOf(a.M), membersOf(b.M), compareMembers)
  if ('SS' in a && 'SS' in b) return compareSets(a.SS, b.SS, compareText)
  if ('NS' in a && 'NS' in b) return compareSets(a.NS, b.NS, compareNumberText)
  if ('BS' in a && 'BS' in b) return compareSets(a.BS, b.BS, compareBase64)
  return rankOf(a) - rankOf(b)
}

function rankOf(value: AttributeValue): number {
  return TYPE_ORDER.findIndex((type) => type in value)
}

/**
 * Orders text by its UTF-8 bytes, as DynamoDB orders string keys, which is by code points. UTF-16 puts surrogates (code points from U+10000) before U+E000 to U+FFFF;
 * where the texts part, that is put right.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return codePointRank(x) - codePointRank(y)
  }
  return a.length - b.length
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function compareBase64(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a, 'base64'), Buffer.from(b, 'base64'))
}

function compareEach<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compare(a[i] as T, b[i] as T)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareSets(a: readonly string[], b: readonly string[], compare: (x: string, y: string) => number): number {
  return compareEach([...a].sort(compare), [...b].sort(compare), compare)
}

type Member = readonly [name: string, value: AttributeValue]

function membersOf(map: Readonly<Record<string, AttributeValue>>): readonly Member[] {
  return Object.entries(map).sort(([a], [b]) => compareText(a, b))
}

function compareMembers([nameA, a]: Member, [nameB, b]: Member): number {
  return compareText(nameA, nameB) || compareAttributeValues(a, b)
}

/** True when DynamoDB's `=` holds: numbers by value, sets whatever their order, lists and maps all the way down. */
export function equalAttributeValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true
  if ('S' in a) return 'S' in b && a.S === b.S
  return compareAttributeValues(a, b) === 0
}
