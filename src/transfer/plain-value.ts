import { isDynamoDBToolingError } from '../kernel/index.js'
import type { ModelBinding } from '../model/index.js'
import type { AttributeSchema } from '../schema/index.js'
import { type AttributeValue, equalAttributeValues, exactNumberOf } from '../values/index.js'

/** Stands in JSON for a value that JSON has no form of: `{"$dynamodb": {"NS": ["1"]}}`. */
const EXACT = '$dynamodb'

/**
 * A stored value as JSON has it: dates as they are stored, bigints and decimals as text, sets as lists, binary as base64. What
 * would not come back as it is, is DynamoDB's own JSON under `$dynamodb`.
 */
export function plainOf(binding: ModelBinding, attribute: AttributeSchema, stored: AttributeValue): unknown {
  const plain = naturalOf(attribute, stored)
  if (plain !== undefined && comesBack(binding, attribute, plain, stored)) return plain
  return { [EXACT]: stored }
}

/** The value that a program gives, of one that JSON or CSV gives. What cannot be one is left for validation to refuse. */
export function valueOf(binding: ModelBinding, attribute: AttributeSchema, plain: unknown): unknown {
  const { name, type, elements } = attribute
  if (plain === null || plain === undefined) return plain
  const exact = exactIn(plain)
  if (exact !== undefined) return binding.codec.decodeUnseen(name, exact)
  if (type === 'date') return typeof plain === 'number' ? binding.codec.decodeUnseen(name, { N: String(plain) }) : plain
  if (type === 'set')
    return Array.isArray(plain) ? new Set(plain.map((each) => scalarOf(elements ?? 'string', each))) : plain
  return scalarOf(type, plain)
}

function scalarOf(type: string, plain: unknown): unknown {
  if (typeof plain === 'number' && type === 'bigint') return Number.isSafeInteger(plain) ? BigInt(plain) : plain
  if (typeof plain === 'number' && type === 'decimal') return String(plain)
  if (typeof plain !== 'string') return plain
  if (type === 'number') return exactNumberOf(plain) ?? plain
  if (type === 'bigint') return /^-?\d+$/.test(plain) ? BigInt(plain) : plain
  if (type === 'binary') return BASE64.test(plain) ? new Uint8Array(Buffer.from(plain, 'base64')) : plain
  return plain
}
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function exactIn(plain: unknown): AttributeValue | undefined {
  if (typeof plain !== 'object' || plain === null || !Object.hasOwn(plain, EXACT)) return undefined
  const members = Object.entries(plain)
  return members.length === 1 ? (members[0]?.[1] as AttributeValue) : undefined
}

function comesBack(binding: ModelBinding, attribute: AttributeSchema, plain: unknown, stored: AttributeValue): boolean {
  try {
    const value = valueOf(binding, attribute, plain)
    return equalAttributeValues(binding.codec.encodeAttribute(attribute.name, value), stored)
  } catch (error) {
    if (!isDynamoDBToolingError(error)) throw error
    return false
  }
}

/** Undefined for what JSON has no form of. */
function naturalOf({ type, elements }: AttributeSchema, stored: AttributeValue): unknown {
  if ('B' in stored) return type === 'binary' ? stored.B : undefined
  if ('N' in stored && (type === 'bigint' || type === 'decimal')) return stored.N
  if (type === 'set') {
    if ('SS' in stored) return stored.SS
    if ('BS' in stored) return stored.BS
    if ('NS' in stored) return elements === 'number' ? stored.NS.map(numberOf) : stored.NS
  }
  return jsonOf(stored)
}

function jsonOf(value: AttributeValue): unknown {
  if ('S' in value) return value.S
  if ('N' in value) return numberOf(value.N)
  if ('BOOL' in value) return value.BOOL
  if ('NULL' in value) return null
  if ('L' in value) {
    const list = value.L.map(jsonOf)
    return list.includes(undefined) ? undefined : list
  }
  if (!('M' in value) || Object.hasOwn(value.M, EXACT)) return undefined
  const entries = Object.entries(value.M).map(([name, member]) => [name, jsonOf(member)] as const)
  return entries.some(([, member]) => member === undefined) ? undefined : Object.fromEntries(entries)
}

function numberOf(text: string): unknown {
  const exact = exactNumberOf(text)
  return typeof exact === 'number' ? exact : undefined
}
