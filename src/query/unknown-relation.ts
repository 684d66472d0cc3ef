import { suggest } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { QueryError } from './errors.js'

export function unknownRelation(schema: EntitySchema, name: string): QueryError {
  const names = [...schema.relations.keys()]
  const meant = suggest(name, names)
  const known = names.length === 0 ? `${schema.name} has no relations.` : `Relations are ${names.join(', ')}.`
  return new QueryError('QUERY.UNKNOWN_RELATION', `${schema.name} has no relation "${name}".`, {
    hint: meant === undefined ? known : `Did you mean "${meant}"?`,
    details: { model: schema.name, relation: name },
  })
}
