import {
  and,
  COMPARATORS,
  type Condition,
  contains,
  exists,
  not,
  notExists,
  type Operand,
  or,
  type Path,
  pathOf,
  simplify,
  WORD_OPERATORS,
} from '../expressions/index.js'
import { suggest } from '../kernel/index.js'
import { type AttributeValue, codecFor } from '../values/index.js'
import { PartiqlError } from './errors.js'

const anything = codecFor('any')

/** A JS value as DynamoDB stores it. @throws ValueError, PartiqlError `PARTIQL.INVALID` for undefined */
export function valueOf(value: unknown, path: string): AttributeValue {
  if (value === undefined)
    throw new PartiqlError('PARTIQL.INVALID', `${path} was given undefined.`, { hint: 'null is the value NULL.' })
  return anything.encode(value, path)
}

export function pathIn(name: unknown): Path {
  if (typeof name === 'string') return pathOf(name)
  throw new PartiqlError('PARTIQL.INVALID', 'The name of an attribute is text, as "status" or "address.city".')
}

const OPERATORS: readonly string[] = [...Object.keys(COMPARATORS), ...WORD_OPERATORS]

/** The condition `name operator value`, of items of any shape. @throws PartiqlError `PARTIQL.INVALID` */
export function conditionOf(name: unknown, operator: unknown, given: readonly unknown[]): Condition {
  const path = pathIn(name)
  const at = String(name)
  const op = typeof operator === 'string' ? operator.toLowerCase() : ''
  const [first, second] = given
  const value = (each: unknown): Operand => ({ kind: 'value', value: valueOf(each, at) })
  const operand: Operand = { kind: 'path', path }
  const list = (count?: number): readonly Operand[] => {
    if (!Array.isArray(first) || (count !== undefined && first.length !== count))
      throw new PartiqlError(
        'PARTIQL.INVALID',
        `"${op}" needs a list${count === undefined ? '' : ` of ${count} values`}.`,
      )
    return first.map(value)
  }
  const inList = (): Condition => ({ kind: 'in', operand, values: list() })
  const between = (): Condition => {
    const [low, high] = list(2) as [Operand, Operand]
    return { kind: 'between', operand, low, high }
  }
  switch (op) {
    case 'in':
      return inList()
    case 'not in':
      return not(inList())
    case 'between':
      return between()
    case 'not between':
      return not(between())
    case 'begins_with':
      return { kind: 'begins-with', path, prefix: value(first) }
    case 'contains':
      return contains(path, valueOf(first, at))
    case 'not contains':
      return not(contains(path, valueOf(first, at)))
    case 'exists':
      return exists(path)
    case 'not exists':
      return notExists(path)
    case 'size': {
      const [how, size] = second === undefined ? ['=', first] : [first, second]
      const comparator = COMPARATORS[String(how)]
      if (comparator === undefined || !Number.isFinite(size))
        throw new PartiqlError('PARTIQL.INVALID', `"size" needs a number: where('tags', 'size', '>=', 3).`)
      return { kind: 'compare', op: comparator, left: { kind: 'size', path }, right: value(size) }
    }
    default: {
      const comparator = COMPARATORS[op]
      if (comparator !== undefined) return { kind: 'compare', op: comparator, left: operand, right: value(first) }
      const meant = suggest(String(operator), OPERATORS)
      throw new PartiqlError('PARTIQL.INVALID', `"${String(operator)}" is no operator.`, {
        hint: /like$/i.test(String(operator))
          ? 'PartiQL for DynamoDB has no LIKE: use begins_with or contains.'
          : meant === undefined
            ? `Operators are ${OPERATORS.join(', ')}.`
            : `Did you mean "${meant}"?`,
      })
    }
  }
}

/** What `where` takes: a name and a value, with an operator between them, values by name, or a group. */
export type WhereArguments =
  | readonly [name: string, value: unknown]
  | readonly [name: string, operator: string, ...values: unknown[]]
  | readonly [values: Readonly<Record<string, unknown>>]
  | readonly [group: (group: Conditions) => Conditions]

/** Conditions, as SQL binds them: AND before OR. Immutable. */
export class Conditions {
  readonly #any: readonly (readonly Condition[])[]

  constructor(any: readonly (readonly Condition[])[] = [[]]) {
    this.#any = any
  }

  where(...given: WhereArguments): Conditions {
    return this.#and(asked(given))
  }

  /** The same as `where`. */
  andWhere(...given: WhereArguments): Conditions {
    return this.#and(asked(given))
  }

  /** Everything so far, or this. */
  orWhere(...given: WhereArguments): Conditions {
    if (this.isEmpty) return this.#and(asked(given))
    return new Conditions([...this.#any, [asked(given)]])
  }

  whereNot(...given: WhereArguments): Conditions {
    return this.#and(not(asked(given)))
  }

  get isEmpty(): boolean {
    return this.#any.every((all) => all.length === 0)
  }

  /** Undefined for none. @throws PartiqlError `PARTIQL.INVALID` for one that nothing, or everything, meets: `in []` */
  condition(): Condition | undefined {
    if (this.isEmpty) return undefined
    const condition = simplify(or(...this.#any.map((all) => and(...all))))
    if (condition.kind !== 'constant') return condition
    throw new PartiqlError('PARTIQL.INVALID', `The conditions hold of ${condition.value ? 'everything' : 'nothing'}.`, {
      hint: 'A list of `in` has values.',
    })
  }

  #and(condition: Condition): Conditions {
    const last = this.#any.at(-1) as readonly Condition[]
    return new Conditions([...this.#any.slice(0, -1), [...last, condition]])
  }
}

function asked(given: WhereArguments): Condition {
  const [first, second, ...more] = given as readonly [unknown, unknown, ...unknown[]]
  if (typeof first === 'function') {
    const group = (first as (conditions: Conditions) => unknown)(new Conditions())
    const condition = group instanceof Conditions ? group.condition() : undefined
    if (condition === undefined)
      throw new PartiqlError('PARTIQL.INVALID', 'A group has conditions: where((q) => q.where(…).orWhere(…)).')
    return condition
  }
  if (typeof first === 'object' && first !== null) {
    const entries = Object.entries(first)
    if (entries.length === 0) throw new PartiqlError('PARTIQL.INVALID', 'where({}) asks for nothing.')
    return and(...entries.map(([name, value]) => conditionOf(name, '=', [value])))
  }
  if (given.length < 2) throw new PartiqlError('PARTIQL.INVALID', 'where needs a name and a value.')
  if (more.length === 0 && !isUnary(second)) return conditionOf(first, '=', [second])
  return conditionOf(first, second, more)
}

/** `where('email', 'exists')` asks whether it is there; the value "exists" is compared by `where('email', '=', 'exists')`. */
function isUnary(second: unknown): boolean {
  return second === 'exists' || second === 'not exists'
}
