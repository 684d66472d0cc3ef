import { and, type Condition, holds, lte, notExists, or } from '../expressions/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { ConditionError } from './errors.js'
import { existingRow } from './existing-row.js'
import type { ModelBinding } from './model-space.js'
import type { RecordState } from './record-state.js'
import type { Conflict } from './row-write.js'

/** The row is there. */
export function exists({ table }: ModelBinding, { scope }: Pick<RecordState, 'scope'> = {}): Condition {
  const there: Condition = { kind: 'exists', path: [table.key.names[0] as string] }
  return scope === undefined ? there : and(there, scope)
}

/** True where no row is there, or one that a global scope leaves out. */
export function isAbsent(item: AttributeMap | undefined, { scope }: RecordState): item is undefined {
  return item === undefined || (scope !== undefined && !holds(scope, item))
}

/** An attribute is as it was when the row was read. */
export function unchanged(name: string, stored: AttributeMap): Condition {
  const value = stored[name]
  if (value === undefined) return { kind: 'not-exists', path: [name] }
  return { kind: 'compare', op: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } }
}

/** No row is there, or one that expired and is still to be removed. DynamoDB: "Time to Live". */
export function vacant({ table, design, connection }: ModelBinding): Condition {
  const free = notExists([table.key.names[0] as string])
  return design.expiry === undefined ? free : or(free, lte([design.expiry], secondsNow(connection.clock)))
}

/** The moment it is, as DynamoDB compares it with the attribute of Time to Live. */
export function secondsNow(clock: { now(): number }): AttributeValue {
  return { N: String(Math.floor(clock.now() / 1000)) }
}

/** @throws ConditionError where the row that is there does not fulfil a condition of the write */
export function refuseOther(binding: ModelBinding, still: Condition | undefined, conflict: Conflict): void {
  if (still === undefined || conflict.item === undefined || holds(still, conflict.item)) return
  const { name } = binding.schema
  throw new ConditionError(name, `A condition of the write does not hold of the ${name}.`, {
    cause: conflict.cause,
    existing: existingRow(binding, conflict.item),
  })
}
