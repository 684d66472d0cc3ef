import { ulid, uuidv4, uuidv7 } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'

/** A new id of the kind the model asks for. */
export function newId(schema: EntitySchema, now: number): string {
  if (schema.idType === 'uuid') return uuidv4()
  return schema.idType === 'uuidv7' ? uuidv7(now) : ulid(now)
}
