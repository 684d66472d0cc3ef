import type { AttributeMap, AttributeTypeName, AttributeValue } from './attribute-value.js'
import { compareNumberText } from './number.js'

const TYPE_ORDER: readonly AttributeTypeName[] = ['NULL', 'BOOL', 'N', 'S', 'B', 'SS', 'NS', 'BS', 'L', 'M']

/** The type letter of a value. */
export function typeOf(value: AttributeValue): AttributeTypeName {
  for (const name in value) return name as AttributeTypeName
  return 'NULL'
}

/**
 * DynamoDB's order within a type: numbers by value, strings by their UTF-8 bytes, binary by unsigned bytes. Values of
 * different types have a fixed order; lists, maps and sets are equal to each other.
 */
export function compareAttributeValues(a: AttributeValue, b: AttributeValue): number {
  if ('S' in a && 'S' in b) return compareText(a.S, b.S)
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N)
  if ('BOOL' in a && 'BOOL' in b) return Number(a.BOOL) - Number(b.BOOL)
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'))
  return TYPE_ORDER.indexOf(typeOf(a)) - TYPE_ORDER.indexOf(typeOf(b))
}

function compareNumbers(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b)
  return compareNumberText(a, b)
}

/** Order of UTF-8 bytes, which is the order of code points and not that of UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const [highX, highY] = [isSurrogate(x), isSurrogate(y)]
    if (highX === highY) return x - y
    return highX ? 1 : -1 // a surrogate is part of a code point above every other unit
  }
  return a.length - b.length
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

/** True for the same value: numbers by value, sets without order, everything else member by member. */
export function equalAttributeValues(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a)
  if (type !== typeOf(b)) return false
  const [x, y] = [(a as never)[type], (b as never)[type]] as [unknown, unknown]
  switch (type) {
    case 'N':
      return x === y || compareNumberText(x as string, y as string) === 0
    case 'SS':
    case 'BS':
      return sameSet(x as string[], y as string[], (text) => text)
    case 'NS':
      return sameNumbers(x as string[], y as string[])
    case 'L': {
      const [left, right] = [x as AttributeValue[], y as AttributeValue[]]
      return (
        left.length === right.length &&
        left.every((element, i) => equalAttributeValues(element, right[i] as AttributeValue))
      )
    }
    case 'M':
      return sameMap(x as AttributeMap, y as AttributeMap)
    default:
      return x === y
  }
}

function sameSet(a: readonly string[], b: readonly string[], key: (text: string) => string): boolean {
  if (a.length !== b.length) return false
  const members = new Set(a.map(key))
  return b.every((text) => members.has(key(text)))
}

function sameNumbers(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length &&
    a.every((text) => b.some((other) => text === other || compareNumberText(text, other) === 0))
  )
}

function sameMap(a: AttributeMap, b: AttributeMap): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) => Object.hasOwn(b, key) && equalAttributeValues(a[key] as AttributeValue, b[key] as AttributeValue),
    )
  )
}
