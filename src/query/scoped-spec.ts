import { suggest } from '../kernel/index.js'
import { blindWhere } from './blind-where.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { EMPTY_SPEC, type QuerySpec } from './query-spec.js'
import { together } from './together.js'

/**
 * A query with all the conditions that hold of its rows: its own, those it is kept within, and those of its model's global
 * scopes, as many as it does not do without.
 *
 * @throws QueryError `QUERY.UNKNOWN_SCOPE` for one that it does without and the model does not have
 */
export function scopedSpec(spec: QuerySpec, binding: EntityBinding): QuerySpec {
  const { unscoped } = spec
  const globalScopes = unscoped === 'all' ? undefined : binding.globalScopes
  if (unscoped !== 'all') for (const name of unscoped) if (!globalScopes?.has(name)) throw unknownScope(name, binding)
  if (globalScopes === undefined && spec.within === EMPTY_SPEC.within) return throughBlindIndexes(spec, binding)
  let where = spec.within === EMPTY_SPEC.within ? spec.where : together(spec.within, spec.where)
  for (const [name, conditions] of globalScopes ?? [])
    if (!unscoped.includes(name)) where = together(where, conditions())
  return throughBlindIndexes({ ...spec, where, within: EMPTY_SPEC.within, unscoped: 'all' }, binding)
}

function throughBlindIndexes(spec: QuerySpec, binding: EntityBinding): QuerySpec {
  return binding.codec.blindIndexes.size === 0 ? spec : { ...spec, where: blindWhere(spec.where, binding) }
}

function unknownScope(name: string, { schema, globalScopes }: EntityBinding): QueryError {
  const known = [...(globalScopes?.keys() ?? [])]
  const meant = suggest(name, known)
  const others = known.length === 0 ? 'It has none.' : `Its global scopes are ${known.join(', ')}.`
  return new QueryError('QUERY.UNKNOWN_SCOPE', `${schema.name} has no global scope "${name}".`, {
    hint: meant === undefined ? others : `Did you mean "${meant}"?`,
    details: { model: schema.name, scope: name },
  })
}
