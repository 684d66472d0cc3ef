import {
  type AttributeMap,
  type AttributeValue,
  compareAttributeValues,
  datePartOf,
  equalAttributeValues,
} from '../values/index.js'
import type { Comparator, Condition, Operand, Path } from './nodes.js'

/** True when an item satisfies a condition, as DynamoDB would judge it: for items read by key, which know no filter. */
export function holds(condition: Condition, item: AttributeMap): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((each) => holds(each, item))
    case 'or':
      return condition.conditions.some((each) => holds(each, item))
    case 'not':
      return !holds(condition.condition, item)
    case 'constant':
      return condition.value
    case 'compare':
      return compares(condition.op, resolve(condition.left, item), resolve(condition.right, item))
    case 'between': {
      const value = resolve(condition.operand, item)
      return compares('>=', value, resolve(condition.low, item)) && compares('<=', value, resolve(condition.high, item))
    }
    case 'in': {
      const value = resolve(condition.operand, item)
      return condition.values.some((each) => compares('=', value, resolve(each, item)))
    }
    case 'begins-with':
      return beginsWith(at(condition.path, item), resolve(condition.prefix, item))
    case 'contains':
      return contains(at(condition.path, item), resolve(condition.operand, item))
    case 'exists':
      return at(condition.path, item) !== undefined
    case 'not-exists':
      return at(condition.path, item) === undefined
    case 'type-is': {
      const value = at(condition.path, item)
      return value !== undefined && condition.type in value
    }
    case 'date-part': {
      const value = at(condition.path, item)
      const part = value === undefined ? undefined : datePartOf(value, condition.part, condition.format)
      return compares(condition.op, numeral(part), numeral(condition.value))
    }
  }
}

function resolve(operand: Operand, item: AttributeMap): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value
  const value = at(operand.path, item)
  if (operand.kind === 'path' || value === undefined) return value
  const size = sizeOf(value)
  return size === undefined ? undefined : { N: String(size) }
}

/** The value at a path, or undefined. */
function at(path: Path, item: AttributeMap): AttributeValue | undefined {
  let value = { M: item } as AttributeValue | undefined
  for (const step of path) {
    if (value === undefined) return undefined
    if (typeof step === 'number') value = 'L' in value ? value.L[step] : undefined
    else value = 'M' in value && Object.hasOwn(value.M, step) ? value.M[step] : undefined
  }
  return value
}

/** A missing value equals nothing and is unlike everything; only values of one type have an order. */
function compares(op: Comparator, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return op === '<>'
  if (op === '=') return equalAttributeValues(a, b)
  if (op === '<>') return !equalAttributeValues(a, b)
  const ordered = ('S' in a && 'S' in b) || ('N' in a && 'N' in b) || ('B' in a && 'B' in b)
  if (!ordered) return false
  const order = compareAttributeValues(a, b)
  if (op === '<') return order < 0
  if (op === '<=') return order <= 0
  return op === '>' ? order > 0 : order >= 0
}

function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value === undefined || prefix === undefined) return false
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S)
  return 'B' in value && 'B' in prefix && bytes(value.B).subarray(0, bytes(prefix.B).length).equals(bytes(prefix.B))
}

function contains(value: AttributeValue | undefined, element: AttributeValue | undefined): boolean {
  if (value === undefined || element === undefined) return false
  if ('S' in value) return 'S' in element && value.S.includes(element.S)
  if ('B' in value) return 'B' in element && bytes(value.B).includes(bytes(element.B))
  if ('SS' in value) return 'S' in element && value.SS.includes(element.S)
  if ('NS' in value) return 'N' in element && value.NS.some((each) => equalAttributeValues({ N: each }, element))
  if ('BS' in value) return 'B' in element && value.BS.some((each) => bytes(each).equals(bytes(element.B)))
  return 'L' in value && value.L.some((each) => equalAttributeValues(each, element))
}

function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length // in UTF-16 units, as DynamoDB counts
  if ('B' in value) return bytes(value.B).length
  if ('L' in value) return value.L.length
  if ('M' in value) return Object.keys(value.M).length
  if ('SS' in value) return value.SS.length
  if ('NS' in value) return value.NS.length
  return 'BS' in value ? value.BS.length : undefined
}

const numeral = (value: number | undefined): AttributeValue | undefined =>
  value === undefined ? undefined : { N: String(value) }
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
