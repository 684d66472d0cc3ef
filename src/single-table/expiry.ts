import type { EntitySchema } from '../schema/index.js'
import { DesignError } from './errors.js'
import { uniqueAttributesOf } from './unique-guard.js'

/** Types whose values may be numbers in DynamoDB, which it would take for moments. */
const NUMERIC: readonly string[] = ['number', 'bigint', 'decimal', 'any']

/**
 * The attribute by which rows of a table expire. DynamoDB looks at one attribute a table ("Time to Live"), whatever
 * model a row is of.
 *
 * @throws DesignError `DESIGN.TTL_CONFLICT` naming the two models that do not agree
 */
export function expiryAttribute(schemas: readonly EntitySchema[]): string | undefined {
  const first = schemas.find(({ ttl }) => ttl !== undefined)
  const name = first?.ttl ?? (schemas.some(({ trashSeconds }) => trashSeconds !== undefined) ? 'ttl' : undefined)
  if (name === undefined) return undefined
  for (const { name: model, ttl, attribute, trashSeconds } of schemas) {
    if (ttl === name) continue
    const type = attribute.get(name)?.type
    const why =
      ttl !== undefined
        ? `${model} by ${ttl}`
        : type !== undefined && (trashSeconds !== undefined || NUMERIC.includes(type))
          ? `${model}.${name} is a ${type} of another meaning`
          : undefined
    if (why === undefined) continue
    throw new DesignError(
      'DESIGN.TTL_CONFLICT',
      `A table has one attribute by which its rows expire: ${first === undefined ? 'soft-deleted rows' : first.name} by ${name}, but ${why}.`,
      { details: { model, attribute: name } },
    )
  }
  return name
}

/** Where every model has a table of its own, guards of rows that expire share another one. */
export function ledgerExpiry(schemas: readonly EntitySchema[]): string | undefined {
  const expires = schemas.some(
    (schema) => (schema.ttl ?? schema.trashSeconds) !== undefined && uniqueAttributesOf(schema).length > 0,
  )
  return expires ? 'ttl' : undefined
}
