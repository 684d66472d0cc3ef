import { type Condition, type Operand, type Path, pathOf } from '../expressions/index.js'
import { InternalError } from '../kernel/index.js'
import { dateFormatOf } from '../schema/index.js'
import { type AttributeValue, codecFor, compareAttributeValues } from '../values/index.js'
import { checkPlain } from './encrypted-attributes.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import type { Where } from './where.js'

const anything = codecFor('any')

/** A condition in DynamoDB's terms: every name a path, every value encoded as the attribute's type stores it. */
export function encodeWhere(where: Where, binding: EntityBinding): Condition {
  switch (where.kind) {
    case 'and':
      return { kind: 'and', conditions: where.all.map((each) => encodeWhere(each, binding)) }
    case 'or':
      return { kind: 'or', conditions: where.any.map((each) => encodeWhere(each, binding)) }
    case 'not':
      return { kind: 'not', condition: encodeWhere(where.where, binding) }
    case 'compare':
      return {
        kind: 'compare',
        op: where.op,
        left: place(where.attribute, binding),
        right: value(encodeValue(binding, where.attribute, where.value)),
      }
    case 'between': {
      const low = encodeValue(binding, where.attribute, where.low)
      const high = encodeValue(binding, where.attribute, where.high)
      // DynamoDB refuses a range that ends before it begins; it means "none".
      if (compareAttributeValues(low, high) > 0) return { kind: 'constant', value: false }
      return { kind: 'between', operand: place(where.attribute, binding), low: value(low), high: value(high) }
    }
    case 'in':
      return encodeIn(where, binding)
    case 'begins-with':
      return {
        kind: 'begins-with',
        path: pathIn(where.attribute, binding),
        prefix: value(encodePrefix(binding, where.attribute, where.prefix)),
      }
    case 'contains':
      return {
        kind: 'contains',
        path: pathIn(where.attribute, binding),
        operand: value(encodeElement(binding, where.attribute, where.value)),
      }
    case 'size':
      return {
        kind: 'compare',
        op: where.op,
        left: { kind: 'size', path: pathIn(where.attribute, binding) },
        right: value({ N: String(where.value) }),
      }
    case 'columns':
      return { kind: 'compare', op: where.op, left: place(where.left, binding), right: place(where.right, binding) }
    case 'date-part': {
      const { attribute, part, op, value } = where
      const schema = binding.schema.attribute.get(attribute)
      if (schema === undefined) throw new InternalError(`"${attribute}" is no date`)
      checkPlain(binding.schema, attribute)
      const format = dateFormatOf(schema, binding.connection.config.queryBuilder.timestampFormat)
      return { kind: 'date-part', path: [attribute], part, format, op, value }
    }
    case 'exists':
      return { kind: 'exists', path: presenceIn(where.attribute, binding) }
    case 'null':
      return isNull(presenceIn(where.attribute, binding))
  }
}

/** IN, with null meaning what it means in `where(name, null)`. */
function encodeIn(where: Extract<Where, { kind: 'in' }>, binding: EntityBinding): Condition {
  const given = where.values.filter((each) => each !== null)
  const list: Condition = {
    kind: 'in',
    operand: place(where.attribute, binding),
    values: given.map((each) => value(encodeValue(binding, where.attribute, each))),
  }
  if (given.length === where.values.length) return list
  return { kind: 'or', conditions: [list, isNull(presenceIn(where.attribute, binding))] }
}

/** Absent, or there as NULL. */
function isNull(path: Path): Condition {
  return {
    kind: 'or',
    conditions: [
      { kind: 'not-exists', path },
      { kind: 'type-is', path, type: 'NULL' },
    ],
  }
}

/** A value as the named attribute (or the place inside one) stores it. */
export function encodeValue(binding: EntityBinding, attribute: string, given: unknown): AttributeValue {
  return binding.schema.attribute.has(attribute)
    ? binding.codec.encodeAttribute(attribute, given)
    : anything.encode(given, attribute)
}

/** The prefix of a date is text (`2026-01`), whatever the whole would be. */
export function encodePrefix(binding: EntityBinding, attribute: string, prefix: unknown): AttributeValue {
  const schema = binding.schema.attribute.get(attribute)
  if (schema?.type !== 'date' || typeof prefix !== 'string') return encodeValue(binding, attribute, prefix)
  if (dateFormatOf(schema, binding.connection.config.queryBuilder.timestampFormat) !== 'iso') {
    throw new QueryError(
      'QUERY.INVALID_OPERATOR',
      `${binding.schema.name}.${attribute} is stored as a number and has no beginning.`,
      { hint: 'Use whereBetween.' },
    )
  }
  return { S: prefix }
}

function encodeElement(binding: EntityBinding, attribute: string, element: unknown): AttributeValue {
  const schema = binding.schema.attribute.get(attribute)
  if (schema?.type === 'set') return codecFor(schema.elements ?? 'string').encode(element, attribute)
  return schema?.type === 'string' || schema?.type === 'binary'
    ? encodeValue(binding, attribute, element)
    : anything.encode(element, attribute)
}

/** An attribute's own name is one step, whatever is in it; anything else is a place inside one. */
function pathIn(attribute: string, { schema }: EntityBinding): Path {
  const path = schema.attribute.has(attribute) ? [attribute] : pathOf(attribute)
  checkPlain(schema, String(path[0]))
  return path
}

/** The path of an attribute that is asked for being there, which can be seen of encrypted ones too. */
function presenceIn(attribute: string, binding: EntityBinding): Path {
  return binding.schema.attribute.has(attribute) ? [attribute] : pathIn(attribute, binding)
}

const place = (attribute: string, binding: EntityBinding): Operand => ({
  kind: 'path',
  path: pathIn(attribute, binding),
})
const value = (encoded: AttributeValue): Operand => ({ kind: 'value', value: encoded })
