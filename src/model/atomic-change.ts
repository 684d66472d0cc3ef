import type { UpdateAction } from '../expressions/index.js'
import type { AttributeSchema } from '../schema/index.js'
import {
  type AttributeMap,
  type AttributeValue,
  canonicalNumber,
  codecFor,
  ExactSum,
  equalAttributeValues,
} from '../values/index.js'
import { attributeNamed } from './attribute-names.js'
import { ModelError } from './errors.js'
import type { ModelBinding } from './model-space.js'

/** A change that is reckoned from the value as it is stored, wherever that is done. Frozen plain data and a pure function. */
export interface AtomicChange {
  readonly attribute: string
  /** The change as DynamoDB makes it, whatever the value is. */
  readonly action: UpdateAction
  /** What it makes of a value that is known; undefined where there is none. */
  readonly next: (value: AttributeValue | undefined) => AttributeValue | undefined
  /** True where a second time changes nothing. */
  readonly repeatable: boolean
}

/** DynamoDB: ADD of a number; one that is missing counts as 0. */
export function increase(binding: ModelBinding, name: string, by: unknown, sign: 1 | -1): AtomicChange {
  const attribute = ofType(
    binding,
    name,
    ['number', 'bigint', 'decimal', 'any'],
    sign === 1 ? 'increment' : 'decrement',
  )
  const encoded = binding.codec.encodeAttribute(attribute, by)
  if (!('N' in encoded)) throw invalid(binding, `${name} is increased by a number.`)
  const amount = sign === 1 || encoded.N === '0' ? encoded.N : negated(encoded.N)
  return {
    attribute,
    action: { kind: 'add', path: [attribute], value: { N: amount } },
    next(value) {
      const sum = new ExactSum()
      if (value !== undefined && 'N' in value) sum.add(value.N)
      sum.add(amount)
      return { N: canonicalNumber(sum.toString()) }
    },
    repeatable: false,
  }
}

const negated = (number: string): string => (number.startsWith('-') ? number.slice(1) : `-${number}`)

/** DynamoDB: list_append; a list that is missing counts as empty. */
export function extend(
  binding: ModelBinding,
  name: string,
  values: readonly unknown[],
  end: 'front' | 'back',
): AtomicChange {
  const attribute = ofType(binding, name, ['list', 'any'], end === 'back' ? 'append' : 'prepend')
  const { L: more } = codecFor('list').encode(values, attribute) as { readonly L: readonly AttributeValue[] }
  const old = {
    kind: 'if-not-exists',
    path: [attribute],
    fallback: { kind: 'value', value: { L: [] } },
  } as const
  const added = { kind: 'value', value: { L: more } } as const
  const [first, second] = end === 'back' ? [old, added] : [added, old]
  return {
    attribute,
    action: { kind: 'set', path: [attribute], value: { kind: 'list-append', first, second } },
    next(value) {
      const list = value !== undefined && 'L' in value ? value.L : []
      return { L: end === 'back' ? [...list, ...more] : [...more, ...list] }
    },
    repeatable: false,
  }
}

/** DynamoDB: ADD of elements to a set, or DELETE of elements out of it; without elements there is no set. */
export function changeSet(
  binding: ModelBinding,
  name: string,
  values: Iterable<unknown>,
  how: 'add' | 'remove',
): AtomicChange {
  const attribute = ofType(binding, name, ['set'], how)
  const value = binding.codec.encodeAttribute(attribute, new Set(values))
  return {
    attribute,
    action: { kind: how === 'add' ? 'add' : 'delete', path: [attribute], value },
    next(stored) {
      const [kind, given] = elementsOf(value)
      const before = stored === undefined || 'NULL' in stored ? [] : elementsOf(stored)[1]
      const after = how === 'add' ? [...new Set([...before, ...given])] : before.filter((each) => !given.includes(each))
      return after.length === 0 ? undefined : ({ [kind]: after } as unknown as AttributeValue)
    },
    repeatable: true,
  }
}

function elementsOf(set: AttributeValue): readonly [kind: string, elements: readonly string[]] {
  return Object.entries(set)[0] as unknown as [string, readonly string[]]
}

/** DynamoDB: if_not_exists. NULL is a value that exists. */
export function fillIn(binding: ModelBinding, name: string, given: unknown): AtomicChange {
  const attribute = attributeNamed(binding.schema, name)
  const { codec } = binding
  if (codec.blindIndexes.has(attribute))
    throw invalid(binding, `${name} has a blind index, which is made of its value.`)
  if (given === undefined) throw invalid(binding, `${name} is set where there is none: to a value, not to undefined.`)
  const set = given === null ? undefined : codec.setters.get(attribute)
  const value = codec.encodeAttribute(attribute, codec.coerce(attribute, set === undefined ? given : set(given)))
  return {
    attribute,
    action: {
      kind: 'set',
      path: [attribute],
      value: { kind: 'if-not-exists', path: [attribute], fallback: { kind: 'value', value } },
    },
    next: (stored) => stored ?? value,
    repeatable: true,
  }
}

/**
 * True when the change must be made here and not by DynamoDB, because something else hangs on the new value: an index
 * key, a unique guard, a rule of validation. It is then written on condition that the value is still the known one.
 */
export function needsValue(binding: ModelBinding, { attribute, action }: AtomicChange, stored: AttributeMap): boolean {
  const schema = binding.schema.attribute.get(attribute) as AttributeSchema
  return (
    schema.unique ||
    binding.schema.audit ||
    binding.design.keyAttributes.has(attribute) ||
    hasRules(schema) ||
    (schema.required && action.kind === 'delete') ||
    (stored[attribute] !== undefined && equalAttributeValues(stored[attribute], { NULL: true }))
  )
}
/** True for an attribute with a rule that only its whole value can be checked by. */
export function hasRules({ options }: AttributeSchema): boolean {
  return RULES.some((rule) => options[rule] !== undefined)
}
const RULES = [
  'min',
  'max',
  'minLength',
  'maxLength',
  'enum',
  'pattern',
  'format',
  'validate',
  'schema',
  'validation',
] as const

function ofType(binding: ModelBinding, name: string, types: readonly string[], verb: string): string {
  const schema = binding.schema.attribute.get(attributeNamed(binding.schema, name)) as AttributeSchema
  if (typeof schema.cast === 'object')
    throw invalid(binding, `${name} has a cast of its own, and only that knows how it is stored: ${verb} cannot.`)
  if (schema.encrypted) throw invalid(binding, `${name} is encrypted: DynamoDB cannot reckon with it.`)
  if (types.includes(schema.type)) return name
  throw invalid(
    binding,
    `${name} is a ${schema.type}: ${verb} is for ${types.filter((type) => type !== 'any').join(', ')}.`,
  )
}

function invalid({ schema }: ModelBinding, message: string): ModelError {
  return new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${message}`)
}
