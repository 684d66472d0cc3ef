import { InternalError } from '../kernel/index.js'
import { readEntry, recognizes } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import type { Plan } from './plan.js'

/**
 * Entries of an index with the attributes that only their keys tell. Where keys are what tells the model's rows,
 * entries with other keys are left out.
 *
 * @throws QueryError `QUERY.UNREADABLE_KEY` for a row whose keys the model did not make
 */
export function readEntries(
  items: readonly AttributeMap[],
  plan: Plan,
  { design, schema }: EntityBinding,
): readonly AttributeMap[] {
  const { recognize } = plan.inMemory
  if (plan.fromKeys.length === 0 && recognize !== 'index keys') return items
  const path = design.secondary.find(({ index }) => index === plan.index)
  if (path === undefined) throw new InternalError(`no keys of ${schema.name} in ${String(plan.index)}`)
  return items.flatMap((item) => {
    const row = readEntry(design, path, item)
    if (row !== undefined) return [row]
    if (recognize === 'index keys' || (recognize === 'keys' && !recognizes(design, item))) return []
    throw new QueryError(
      'QUERY.UNREADABLE_KEY',
      `The index "${plan.index ?? ''}" has a row of ${schema.name} with a key that is none of its pattern: ${plan.fromKeys.join(', ')} cannot be read from it.`,
      { details: { model: schema.name, index: plan.index } },
    )
  })
}
