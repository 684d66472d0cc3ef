import { and, type SortKeyCondition, simplify } from '../expressions/index.js'
import { encodeWhere } from './encode-where.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { finish } from './make-plan.js'
import type { Plan } from './plan.js'
import type { QuerySpec, RawKey, RawSort } from './query-spec.js'
import { trashFilter, typeFilter } from './row-filters.js'

/** Keys that the caller named as they are: a Query of the table or of the index that has them. */
export function planRawKey(spec: QuerySpec, raw: RawKey, binding: EntityBinding): Plan {
  const { table } = binding
  const index = table.indexes.find(({ partitionKey }) => partitionKey === raw.name)
  if (spec.index !== undefined && spec.index !== index?.name) {
    throw new QueryError('QUERY.UNKNOWN_INDEX', `"${raw.name}" is no key of the index "${spec.index}".`, {
      hint: `Its partition key is ${table.indexes.find(({ name }) => name === spec.index)?.partitionKey ?? 'not known: there is no such index'}.`,
    })
  }
  if (spec.consistent && index !== undefined) throw consistentIndex()
  const sortKey = index?.sortKey ?? table.sortKey
  const conjuncts = spec.where.kind === 'and' ? spec.where.all : [spec.where]
  const residual = conjuncts.map((where) => encodeWhere(where, binding))
  const filter = simplify(and(...residual, ...trashFilter(spec, binding), typeFilter(binding)))
  if (filter.kind === 'constant' && !filter.value) return finish(spec, binding, 'None', {})
  const ordered = spec.order.length === 0 || (spec.order.length === 1 && spec.order[0]?.attribute === sortKey)
  return finish(spec, binding, 'Query', {
    index: index?.name,
    purpose: 'keys as given',
    filter: filter.kind === 'constant' ? undefined : filter,
    sort: ordered ? [] : spec.order,
    forward: !(ordered && spec.order[0]?.descending),
    keyCondition: {
      partition: [{ name: raw.name, value: { S: raw.value } }],
      sort: raw.sort === undefined ? [] : [rawSort(raw.sort, sortKey)],
    },
  })
}

function rawSort(sort: RawSort, name: string): SortKeyCondition {
  if (sort.kind === 'between') return { kind: 'between', name, low: { S: sort.low }, high: { S: sort.high } }
  return { ...sort, name, value: { S: sort.value } }
}

export function consistentIndex(): QueryError {
  return new QueryError('QUERY.CONSISTENT_INDEX', 'A global secondary index cannot be read with strong consistency.', {
    hint: 'Leave out consistentRead() or index().',
  })
}
