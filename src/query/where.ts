import { COMPARATORS, type Comparator, WORD_OPERATORS } from '../expressions/index.js'
import { suggest, withArticle } from '../kernel/index.js'
import { coerceOf, type EntitySchema, type Operator } from '../schema/index.js'
import { type DatePart, kindOf } from '../values/index.js'
import { QueryError } from './errors.js'

/** A condition as the builder collects it: names and plain values, not yet encoded. Frozen data. */
export type Where =
  | {
      readonly kind: 'compare'
      readonly attribute: string
      readonly op: Comparator
      readonly value: unknown
      /** True for the moment it was when the query was written. */
      readonly now?: true
    }
  | { readonly kind: 'between'; readonly attribute: string; readonly low: unknown; readonly high: unknown }
  | { readonly kind: 'in'; readonly attribute: string; readonly values: readonly unknown[] }
  | { readonly kind: 'begins-with'; readonly attribute: string; readonly prefix: unknown }
  | { readonly kind: 'contains'; readonly attribute: string; readonly value: unknown }
  | { readonly kind: 'size'; readonly attribute: string; readonly op: Comparator; readonly value: number }
  | { readonly kind: 'exists'; readonly attribute: string }
  /** Two attributes of one row. */
  | { readonly kind: 'columns'; readonly left: string; readonly op: Comparator; readonly right: string }
  /** The month (1 to 12), the day, or the seconds since midnight of a date, in UTC. */
  | {
      readonly kind: 'date-part'
      readonly attribute: string
      readonly part: DatePart
      readonly op: Comparator
      readonly value: number
    }
  /** Absent, or there as NULL. */
  | { readonly kind: 'null'; readonly attribute: string }
  | { readonly kind: 'not'; readonly where: Where }
  | { readonly kind: 'and'; readonly all: readonly Where[] }
  | { readonly kind: 'or'; readonly any: readonly Where[] }

/** Every condition so far and one more, both to hold; after an OR it joins the last side, as `and` binds in SQL. */
export function both(left: Where, right: Where): Where {
  if (left.kind === 'or') {
    const last = left.any.at(-1) as Where
    const joined: Where = last.kind === 'or' ? { kind: 'and', all: [last, right] } : both(last, right)
    return { kind: 'or', any: [...left.any.slice(0, -1), joined] }
  }
  if (left.kind === 'and')
    return { kind: 'and', all: right.kind === 'and' ? [...left.all, ...right.all] : [...left.all, right] }
  return { kind: 'and', all: right.kind === 'and' ? [left, ...right.all] : [left, right] }
}

/** Everything so far, or the new condition: SQL's precedence, as in Eloquent's `orWhere`. */
export function either(left: Where, right: Where): Where {
  if (left.kind === 'and' && left.all.length === 0) return right.kind === 'and' ? right : { kind: 'and', all: [right] }
  const any = left.kind === 'or' ? left.any : [left]
  return { kind: 'or', any: [...any, right] }
}

const OPERATORS: readonly Operator[] = ['=', '!=', '<>', '<', '<=', '>', '>=', ...WORD_OPERATORS]
/** What the types cannot be asked. Those not named here can be asked anything. */
const UNORDERED = ['set', 'list', 'map', 'boolean']
const SIZELESS = ['number', 'bigint', 'decimal', 'date', 'boolean']

/** The condition `attribute op value`. Names and operators are checked here, where the caller's line is on the stack. */
export function condition(
  schema: EntitySchema,
  attribute: string,
  op: string,
  value: unknown,
  second?: unknown,
): Where {
  checkAttribute(schema, attribute)
  checkOperator(schema, attribute, op)
  const fault = (message: string, hint: string): QueryError =>
    new QueryError('QUERY.INVALID_VALUE', `${schema.name}.${attribute}: ${message}`, {
      hint,
      details: { attribute, op },
    })
  const present = (given: unknown): unknown => {
    if (given === undefined)
      throw fault(`"${op}" was given undefined.`, 'Use whereNull for attributes that are not there.')
    return given
  }
  const chosen = (given: unknown): unknown => {
    checkChoice(schema, attribute, given)
    return given
  }
  const list = (): readonly unknown[] => {
    if (!Array.isArray(value)) throw fault(`"${op}" needs a list.`, `Write [a, b].`)
    for (const each of value) present(each)
    return value
  }
  const choices = (): readonly unknown[] => list().map(chosen)
  const pair = (): readonly [unknown, unknown] => {
    const values = list()
    if (values.includes(null))
      throw fault(`"${op}" was given null, which has no place in an order.`, 'Use whereNull or whereNotNull.')
    if (values.length !== 2) throw fault(`"${op}" needs two values, got ${values.length}.`, 'Write [low, high].')
    return values as [unknown, unknown]
  }
  switch (op) {
    case 'in':
      return { kind: 'in', attribute, values: choices() }
    case 'not in':
      return { kind: 'not', where: { kind: 'in', attribute, values: choices() } }
    case 'between': {
      const [low, high] = pair()
      return { kind: 'between', attribute, low, high }
    }
    case 'not between': {
      const [low, high] = pair()
      return { kind: 'not', where: { kind: 'between', attribute, low, high } }
    }
    case 'begins_with':
      if (value === null) throw fault('nothing begins with null.', 'Use whereNull.')
      return { kind: 'begins-with', attribute, prefix: present(value) }
    case 'contains':
      return { kind: 'contains', attribute, value: present(value) }
    case 'not contains':
      return { kind: 'not', where: { kind: 'contains', attribute, value: present(value) } }
    case 'exists':
      return value === false ? { kind: 'not', where: { kind: 'exists', attribute } } : { kind: 'exists', attribute }
    case 'not exists':
      return value === false ? { kind: 'exists', attribute } : { kind: 'not', where: { kind: 'exists', attribute } }
    case 'size': {
      const [how, size] = second === undefined ? ['=', value] : [value, second]
      const comparator = COMPARATORS[String(how)]
      if (comparator === undefined || !Number.isFinite(size))
        throw fault('"size" needs a number.', "Write where('tags', 'size', 3) or where('tags', 'size', '>=', 3).")
      return { kind: 'size', attribute, op: comparator, value: size as number }
    }
    default: {
      const comparator = COMPARATORS[op] as Comparator
      if (value !== null) {
        if (comparator === '=' || comparator === '<>') chosen(value)
        return { kind: 'compare', attribute, op: comparator, value: present(value) }
      }
      if (comparator === '=') return { kind: 'null', attribute }
      if (comparator === '<>') return { kind: 'not', where: { kind: 'null', attribute } }
      throw fault(`"${op}" cannot be asked of null.`, 'Use whereNull or whereNotNull.')
    }
  }
}

/** A value that an enum does not have finds nothing, or everything: a slip, and no question. */
function checkChoice(schema: EntitySchema, name: string, given: unknown): void {
  const attribute = schema.attribute.get(name)
  const choices = attribute?.options.enum
  if (attribute === undefined || choices === undefined || given === null || given === undefined) return
  if (choices.includes(given) || choices.includes(coerceOf(attribute, schema.name)?.(given))) return
  const text = typeof given === 'string' || typeof given === 'number' ? `"${given}"` : kindOf(given)
  const meant = typeof given === 'string' ? suggest(given, choices.map(String)) : undefined
  const shown = schema.secret.has(name) ? 'this value' : text
  throw new QueryError('QUERY.INVALID_VALUE', `${schema.name}.${name} is never ${shown}.`, {
    hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}It is one of ${choices.map(String).join(', ')}.`,
    details: { model: schema.name, attribute: name },
  })
}

/** @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE` for what is no attribute, or only a place inside one */
export function checkWholeAttribute(schema: EntitySchema, name: string): void {
  checkAttribute(schema, name)
  if (schema.attribute.has(name)) return
  throw new QueryError(
    'QUERY.UNKNOWN_ATTRIBUTE',
    `${schema.name} can be sorted and selected by whole attributes, not by "${name}".`,
    {
      hint: `Use "${rootOf(name)}", or an attribute of its own.`,
      details: { model: schema.name, attribute: name },
    },
  )
}

/** The name of the attribute that a path starts in: `address.city` -> `address`. */
export function rootOf(path: string): string {
  const end = path.search(/[.[]/)
  return end === -1 ? path : path.slice(0, end)
}

/** The attributes, and places inside attributes, that a condition is about. */
export function attributesIn(where: Where): readonly string[] {
  switch (where.kind) {
    case 'and':
      return where.all.flatMap(attributesIn)
    case 'or':
      return where.any.flatMap(attributesIn)
    case 'not':
      return attributesIn(where.where)
    case 'columns':
      return [where.left, where.right]
    default:
      return [where.attribute]
  }
}

/** @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE` with the name that may have been meant */
export function checkAttribute(schema: EntitySchema, path: string): void {
  if (typeof path !== 'string')
    throw new QueryError(
      'QUERY.UNKNOWN_ATTRIBUTE',
      `${schema.name} was asked for an attribute by ${kindOf(path)}, not by its name.`,
    )
  if (schema.attribute.has(path)) return
  const root = rootOf(path)
  const attribute = schema.attribute.get(root)
  if (attribute !== undefined && ['map', 'list', 'any'].includes(attribute.type)) return
  const known = [...schema.attribute.keys()]
  const meant = suggest(root, known)
  throw new QueryError(
    'QUERY.UNKNOWN_ATTRIBUTE',
    attribute === undefined
      ? `${schema.name} has no attribute "${root}".`
      : `${schema.name}.${root} is ${withArticle(attribute.type)}: it has no "${path.slice(root.length)}".`,
    {
      hint:
        attribute === undefined && meant !== undefined
          ? `Did you mean "${meant}"?`
          : `Attributes are ${known.join(', ')}.`,
      details: { model: schema.name, attribute: root },
    },
  )
}

/** @throws QueryError `QUERY.INVALID_OPERATOR` */
export function checkOperator(schema: EntitySchema, attribute: string, op: string): void {
  if (!(OPERATORS as readonly string[]).includes(op) && COMPARATORS[op] === undefined) {
    const meant = /like$/i.test(op) ? 'whereLike' : suggest(String(op), OPERATORS)
    throw new QueryError('QUERY.INVALID_OPERATOR', `"${String(op)}" is no operator.`, {
      hint: meant === undefined ? `Operators are ${OPERATORS.join(', ')}.` : `Did you mean "${meant}"?`,
    })
  }
  const type = schema.attribute.get(attribute)?.type
  if (type === undefined) return
  if (suits(type, op)) return
  throw new QueryError(
    'QUERY.INVALID_OPERATOR',
    `${schema.name}.${attribute} is a ${type} and cannot be asked "${op}".`,
    {
      hint: `A ${type} can be asked ${OPERATORS.filter((each) => suits(type, each)).join(', ')}.`,
      details: { model: schema.name, attribute, op },
    },
  )
}

function suits(type: string, op: string): boolean {
  if (op === 'size') return !SIZELESS.includes(type)
  if (op === 'begins_with') return ['string', 'binary', 'date', 'json', 'any'].includes(type)
  if (op.endsWith('contains')) return ['string', 'set', 'list', 'binary', 'json', 'any'].includes(type)
  return !UNORDERED.includes(type) || !['<', '<=', '>', '>=', 'between', 'not between'].includes(op)
}
