import type { AttributeMap, AttributeValue } from './attribute-value.js'
import { base64Size } from './binary-codec.js'
import { parseDecimal } from './decimal-text.js'

/** Overhead of a list or map, and of each element in it, in bytes. */
const CONTAINER = 3
const ELEMENT = 1

/**
 * Size of a value in bytes, without its attribute's name, by the rules of "DynamoDB item sizes and formats". AWS calls
 * its rule for numbers approximate: one byte, and one for every two significant digits.
 */
export function attributeSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S, 'utf8')
  if ('N' in value) return numberSize(value.N)
  if ('BOOL' in value || 'NULL' in value) return 1
  if ('B' in value) return base64Size(value.B)
  if ('M' in value) return CONTAINER + mapSize(value.M, ELEMENT)
  if ('L' in value) return sum(value.L, (each) => attributeSize(each) + ELEMENT) + CONTAINER
  if ('SS' in value) return sum(value.SS, (text) => Buffer.byteLength(text, 'utf8'))
  return 'NS' in value ? sum(value.NS, numberSize) : sum(value.BS, base64Size)
}

function numberSize(text: string): number {
  return Math.ceil((parseDecimal(text)?.digits.length ?? 0) / 2) + 1
}

function mapSize(map: AttributeMap, overhead: number): number {
  return sum(Object.entries(map), ([name, value]) => Buffer.byteLength(name, 'utf8') + attributeSize(value) + overhead)
}

function sum<T>(elements: readonly T[], size: (element: T) => number): number {
  let total = 0
  for (const element of elements) total += size(element)
  return total
}

/** Size of an item in bytes, names included: what DynamoDB's limit of 400 KB and its capacity units are counted by. */
export function itemSize(item: AttributeMap): number {
  return mapSize(item, 0)
}

/** The `n` attributes that weigh most, heaviest first, with their sizes in bytes (name included). */
export function largestAttributes(
  item: AttributeMap,
  n: number,
): readonly { readonly name: string; readonly bytes: number }[] {
  return Object.entries(item)
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(name, 'utf8') + attributeSize(value) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, n)
}
