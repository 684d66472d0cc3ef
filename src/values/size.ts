import type { AttributeMap, AttributeValue } from './attribute-value.js'
import { parseDecimal } from './number.js'

// DynamoDB: "Item sizes and formats". Sizes are what capacity and the 400 KB limit are counted in.
const COLLECTION_OVERHEAD = 3
const ELEMENT_OVERHEAD = 1

/** Bytes of a value, without its name. */
export function attributeSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S)
  if ('N' in value) return numberSize(value.N)
  if ('B' in value) return Buffer.byteLength(value.B, 'base64')
  if ('BOOL' in value || 'NULL' in value) return 1
  if ('SS' in value) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if ('NS' in value) return value.NS.reduce((sum, text) => sum + numberSize(text), 0)
  if ('BS' in value) return value.BS.reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0)
  if ('L' in value)
    return value.L.reduce((sum, element) => sum + attributeSize(element) + ELEMENT_OVERHEAD, COLLECTION_OVERHEAD)
  return COLLECTION_OVERHEAD + itemSize(value.M) + Object.keys(value.M).length * ELEMENT_OVERHEAD
}

/** About one byte for two significant digits, and one more; one more still for a negative number. */
function numberSize(text: string): number {
  const { digits, negative } = parseDecimal(text, 'The value')
  return Math.ceil(digits.length / 2) + 1 + (negative ? 1 : 0)
}

/** Bytes of an item: names and values. */
export function itemSize(item: AttributeMap): number {
  let size = 0
  for (const name of Object.keys(item)) size += Buffer.byteLength(name) + attributeSize(item[name] as AttributeValue)
  return size
}

/** The n attributes that take the most room, largest first. */
export function largestAttributes(item: AttributeMap, n: number): { readonly name: string; readonly bytes: number }[] {
  return Object.entries(item)
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(name) + attributeSize(value) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, n)
}
