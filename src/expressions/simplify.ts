import type { Condition } from './nodes.js'

const TRUE: Condition = Object.freeze({ kind: 'constant', value: true })
const FALSE: Condition = Object.freeze({ kind: 'constant', value: false })

/**
 * The same condition without what says nothing: constants folded (an empty `and` is true, an empty `or` or `in` false),
 * `and` in `and` and `or` in `or` flattened, double `not` dropped. What is simple already comes back as it is.
 */
export function simplify(condition: Condition): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return combine(condition)
    case 'not':
      return negate(condition)
    case 'in':
      return condition.values.length === 0 ? FALSE : condition
    default:
      return condition
  }
}

function negate(condition: Extract<Condition, { kind: 'not' }>): Condition {
  const inner = simplify(condition.condition)
  if (inner.kind === 'constant') return inner.value ? FALSE : TRUE
  if (inner.kind === 'not') return inner.condition
  if (inner.kind === 'exists') return Object.freeze({ kind: 'not-exists', path: inner.path })
  if (inner.kind === 'not-exists') return Object.freeze({ kind: 'exists', path: inner.path })
  return inner === condition.condition ? condition : Object.freeze({ kind: 'not', condition: inner })
}

function combine(given: Extract<Condition, { kind: 'and' | 'or' }>): Condition {
  const { kind } = given
  const decides = kind === 'or' // one true decides an `or`, one false an `and`
  const conditions: Condition[] = []
  let changed = false
  for (const each of given.conditions) {
    const condition = simplify(each)
    changed ||= condition !== each || condition.kind === kind || condition.kind === 'constant'
    if (condition.kind === 'constant') {
      if (condition.value === decides) return condition
    } else if (condition.kind === kind) for (const inner of condition.conditions) conditions.push(inner)
    else conditions.push(condition)
  }
  if (conditions.length === 0) return decides ? FALSE : TRUE
  if (conditions.length === 1) return conditions[0] as Condition
  return changed ? Object.freeze({ kind, conditions: Object.freeze(conditions) }) : given
}
