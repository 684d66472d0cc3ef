import type { AttributeTypeName, AttributeValue } from '../values/index.js'
import type { Comparator, Condition, Operand, Path, SetOperand, UpdateAction } from './nodes.js'
import { pathOf } from './path.js'

/** A path, or its text for `pathOf`. */
type Place = Path | string
/** A value, or an operand that stands for one. */
type Given = AttributeValue | Operand

const at = (place: Place): Path => (typeof place === 'string' ? pathOf(place) : place)
const given = (value: Given): Operand => ('kind' in value ? value : literal(value))

/** The value at a path. */
export function attribute(place: Place): Operand {
  return Object.freeze({ kind: 'path', path: at(place) })
}

/** A value as it is. */
export function literal(value: AttributeValue): Operand {
  return Object.freeze({ kind: 'value', value })
}

/** `size(path)`: UTF-16 units of a string, bytes of binary, elements of a list, map or set. */
export function sizeOf(place: Place): Operand {
  return Object.freeze({ kind: 'size', path: at(place) })
}

/** A comparison of two operands. `<>` is also true when the attribute is missing, all others are false then. */
export function compare(left: Operand, op: Comparator, right: Given): Condition {
  return Object.freeze({ kind: 'compare', op, left, right: given(right) })
}

export function eq(place: Place, value: Given): Condition {
  return compare(attribute(place), '=', value)
}

/** True for a missing attribute too. */
export function ne(place: Place, value: Given): Condition {
  return compare(attribute(place), '<>', value)
}

export function lt(place: Place, value: Given): Condition {
  return compare(attribute(place), '<', value)
}

export function lte(place: Place, value: Given): Condition {
  return compare(attribute(place), '<=', value)
}

export function gt(place: Place, value: Given): Condition {
  return compare(attribute(place), '>', value)
}

export function gte(place: Place, value: Given): Condition {
  return compare(attribute(place), '>=', value)
}

/** Both bounds included. */
export function between(place: Place, low: Given, high: Given): Condition {
  return Object.freeze({ kind: 'between', operand: attribute(place), low: given(low), high: given(high) })
}

/** One of the values, however many; false for none. */
export function isIn(place: Place, values: readonly Given[]): Condition {
  return Object.freeze({ kind: 'in', operand: attribute(place), values: Object.freeze(values.map(given)) })
}

export function beginsWith(place: Place, prefix: Given): Condition {
  return Object.freeze({ kind: 'begins-with', path: at(place), prefix: given(prefix) })
}

/** A string holds a part, a set or list an element. */
export function contains(place: Place, value: Given): Condition {
  return Object.freeze({ kind: 'contains', path: at(place), operand: given(value) })
}

/** There, be it with a NULL. */
export function exists(place: Place): Condition {
  return Object.freeze({ kind: 'exists', path: at(place) })
}

export function notExists(place: Place): Condition {
  return Object.freeze({ kind: 'not-exists', path: at(place) })
}

export function typeIs(place: Place, type: AttributeTypeName): Condition {
  return Object.freeze({ kind: 'type-is', path: at(place), type })
}

/** All of these; true when there are none. */
export function and(...conditions: readonly Condition[]): Condition {
  return Object.freeze({ kind: 'and', conditions: Object.freeze(conditions) })
}

/** Any of these; false when there are none. */
export function or(...conditions: readonly Condition[]): Condition {
  return Object.freeze({ kind: 'or', conditions: Object.freeze(conditions) })
}

/** The opposite. Whatever is false for a missing attribute is true under `not`: `not(eq(a, v))` holds where `a` is missing. */
export function not(condition: Condition): Condition {
  return Object.freeze({ kind: 'not', condition })
}

export function set(place: Place, value: AttributeValue | SetOperand): UpdateAction {
  return Object.freeze({ kind: 'set', path: at(place), value: 'kind' in value ? value : literal(value) })
}

export function remove(place: Place): UpdateAction {
  return Object.freeze({ kind: 'remove', path: at(place) })
}

/** ADD: a number is added (a missing one counts as 0), a set is united. */
export function add(place: Place, value: AttributeValue): UpdateAction {
  return Object.freeze({ kind: 'add', path: at(place), value })
}

/** DELETE: takes elements out of a set. */
export function take(place: Place, value: AttributeValue): UpdateAction {
  return Object.freeze({ kind: 'delete', path: at(place), value })
}
