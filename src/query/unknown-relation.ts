import { suggest } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { QueryError } from './errors.js'

export function unknownRelation(schema: EntitySchema, given: string): QueryError {
  // Programs without types ask for anything.
  const name = String(given)
  const names = [...schema.relations.keys()]
  const meant = suggest(name.split(/[: ]/)[0] ?? name, names)
  if (meant !== undefined && /[: ]/.test(name))
    return new QueryError('QUERY.UNKNOWN_RELATION', `${schema.name} has no relation "${name}".`, {
      hint: `Write with('${meant}', q => q.select('id', …)) for some of its attributes; a count is called ${meant}Count.`,
      details: { model: schema.name, relation: name },
    })
  const known = names.length === 0 ? `${schema.name} has no relations.` : `Relations are ${names.join(', ')}.`
  return new QueryError('QUERY.UNKNOWN_RELATION', `${schema.name} has no relation "${name}".`, {
    hint: meant === undefined ? known : `Did you mean "${meant}"?`,
    details: { model: schema.name, relation: name },
  })
}
