import type { AttributeName, EntitySchema, ModelType, ValuesOf } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import type { BuilderState } from './condition-builder.js'
import { QueryError } from './errors.js'
import { checkWholeAttribute } from './where.js'

/** What `pluck` gives of an attribute: its value on a row, null where a row has none. */
export type PluckedOf<T extends ModelType, N> = N extends keyof ValuesOf<T> ? OrNull<ValuesOf<T>[N]> : any
type OrNull<V> = undefined extends V ? Exclude<V, undefined> | null : V

/** What rows are found under by the value of an attribute. */
export type KeyedBy<T extends ModelType, K extends AttributeName<T>> = KeyIn<PluckedOf<T, K>>
type KeyIn<V> = V extends Date ? string : V

/** Types whose values are no keys of a Map: they would be compared by identity. */
const UNKEYED = ['set', 'list', 'map', 'binary', 'json']

/**
 * @param whole whether the rows are given as the query selects them
 * @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE`, `QUERY.INVALID_OPERATOR`, `QUERY.INVALID_VALUE` for what is not selected
 */
export function checkKeyed({ schema, spec }: BuilderState, attribute: string, whole = false): void {
  checkWholeAttribute(schema, attribute)
  const type = schema.attribute.get(attribute)?.type ?? 'any'
  if (UNKEYED.includes(type)) throw unkeyed(schema, attribute, type)
  if (whole && spec.select !== undefined && !spec.select.includes(attribute))
    throw new QueryError('QUERY.INVALID_VALUE', `The query does not select ${schema.name}.${attribute}.`, {
      hint: `Add '${attribute}' to select().`,
      details: { model: schema.name, attribute },
    })
}

/** The value of an attribute on a row; null where it has none. */
export function valueIn(row: unknown, attribute: string): unknown {
  return (row as Record<string, unknown>)[attribute] ?? null
}

/** Rows by the value of an attribute, the last one where several have it. */
export function keyRows<R>(schema: EntitySchema, rows: readonly R[], attribute: string): Map<unknown, R> {
  return new Map(rows.map((row) => [keyIn(schema, row, attribute), row]))
}

/** Rows in groups that have one value of an attribute. */
export function groupRows<R>(schema: EntitySchema, rows: readonly R[], attribute: string): Map<unknown, R[]> {
  const groups = new Map<unknown, R[]>()
  for (const row of rows) {
    const key = keyIn(schema, row, attribute)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

function keyIn(schema: EntitySchema, row: unknown, attribute: string): unknown {
  const value = valueIn(row, attribute)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' && value !== null) throw unkeyed(schema, attribute, kindOf(value))
  return value
}

function unkeyed(schema: EntitySchema, attribute: string, kind: string): QueryError {
  return new QueryError(
    'QUERY.INVALID_OPERATOR',
    `Rows cannot be told apart by ${schema.name}.${attribute}: ${kind}.`,
    {
      hint: 'Text, numbers, dates and booleans can be keys.',
      details: { model: schema.name, attribute },
    },
  )
}
