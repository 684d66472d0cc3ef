import type { Condition, Operand, Path } from './nodes.js'

/** The attributes a condition reads, each by its first name: `address` of `address.city`. */
export function rootsIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(rootsIn)
    case 'not':
      return rootsIn(condition.condition)
    case 'constant':
      return []
    case 'compare':
      return [...rootOf(condition.left), ...rootOf(condition.right)]
    case 'between':
      return [condition.operand, condition.low, condition.high].flatMap(rootOf)
    case 'in':
      return [condition.operand, ...condition.values].flatMap(rootOf)
    default:
      return [nameOf(condition.path)]
  }
}

function rootOf(operand: Operand): readonly string[] {
  return operand.kind === 'value' ? [] : [nameOf(operand.path)]
}

const nameOf = (path: Path): string => String(path[0])
