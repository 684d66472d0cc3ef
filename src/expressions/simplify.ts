import type { Condition } from './nodes.js'

const TRUE: Condition = Object.freeze({ kind: 'constant', value: true })
const FALSE: Condition = Object.freeze({ kind: 'constant', value: false })

/** The same condition without nesting that says nothing: constants folded, `and` in `and` and `or` in `or` flattened. */
export function simplify(condition: Condition): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return combine(condition.kind, condition.conditions)
    case 'not': {
      const inner = simplify(condition.condition)
      if (inner.kind === 'constant') return inner.value ? FALSE : TRUE
      if (inner.kind === 'not') return inner.condition
      if (inner.kind === 'exists') return { kind: 'not-exists', path: inner.path }
      if (inner.kind === 'not-exists') return { kind: 'exists', path: inner.path }
      return { kind: 'not', condition: inner }
    }
    case 'in':
      return condition.values.length === 0 ? FALSE : condition
    default:
      return condition
  }
}

function combine(kind: 'and' | 'or', given: readonly Condition[]): Condition {
  const decides = kind === 'or' // one true decides an `or`, one false an `and`
  const conditions: Condition[] = []
  for (const each of given) {
    const condition = simplify(each)
    if (condition.kind === 'constant') {
      if (condition.value === decides) return decides ? TRUE : FALSE
    } else if (condition.kind === kind) conditions.push(...condition.conditions)
    else conditions.push(condition)
  }
  if (conditions.length === 0) return decides ? FALSE : TRUE
  return conditions.length === 1 ? (conditions[0] as Condition) : { kind, conditions }
}
