import type { EntitySchema } from '../schema/index.js'
import { QueryError } from './errors.js'

/** @throws QueryError `QUERY.ENCRYPTED` for what DynamoDB would have to compare, and has as ciphertext alone */
export function checkPlain(schema: EntitySchema, attribute: string): void {
  if (schema.attribute.get(attribute)?.encrypted !== true) return
  throw new QueryError(
    'QUERY.ENCRYPTED',
    `${schema.name}.${attribute} is encrypted: DynamoDB can neither compare nor sort it.`,
    { details: { model: schema.name, attribute } },
  )
}
