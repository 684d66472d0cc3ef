import type { AttributeMap } from '../values/index.js'
import { and, attribute, compare, notExists } from './build.js'
import { holds } from './holds.js'
import type { Condition, Path } from './nodes.js'

/** True for a condition that DynamoDB can be asked; false where a part of it is told here. */
export function isSendable(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.every(isSendable)
    case 'not':
      return isSendable(condition.condition)
    default:
      return condition.kind !== 'date-part'
  }
}

/**
 * The condition as a write can make it that was decided on an item: what DynamoDB cannot be asked is answered from the
 * item, and must not have changed since.
 */
export function asSent(condition: Condition, item: AttributeMap): Condition {
  if (isSendable(condition)) return condition
  const asked: Path[] = []
  const answered = (part: Condition): Condition => {
    switch (part.kind) {
      case 'and':
      case 'or':
        return { kind: part.kind, conditions: part.conditions.map(answered) }
      case 'not':
        return { kind: 'not', condition: answered(part.condition) }
      case 'date-part':
        asked.push(part.path)
        return { kind: 'constant', value: holds(part, item) }
      default:
        return part
    }
  }
  const left = answered(condition)
  const unchanged = asked.map((path) => {
    const value = item[String(path[0])]
    return value === undefined ? notExists(path) : compare(attribute(path), '=', value)
  })
  return and(left, ...unchanged)
}
