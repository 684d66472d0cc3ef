import type { IndexDesign } from '../single-table/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import type { QuerySpec } from './query-spec.js'

/** The index that the caller named, by its name in the table or the one it was declared under. @throws QueryError `QUERY.UNKNOWN_INDEX` */
export function namedIndex(asked: string, spec: QuerySpec, binding: EntityBinding): IndexDesign {
  const { indexes, tableName } = binding.table
  const path = binding.design.secondary.find(({ name, index }) => name === asked || index === asked)
  const index = indexes.find(({ name }) => name === asked || name === path?.index)
  if (index === undefined) {
    const declared = binding.design.secondary.flatMap(({ name }) => name ?? [])
    const names = [...declared, ...indexes.map(({ name }) => name)]
    throw new QueryError('QUERY.UNKNOWN_INDEX', `The table ${tableName} has no index "${asked}".`, {
      hint: names.length === 0 ? 'It has no indexes.' : `Indexes are ${names.join(', ')}.`,
    })
  }
  if (spec.consistent && !index.local) throw consistentIndex()
  checkReady(index.name, binding)
  return index
}

export function consistentIndex(): QueryError {
  return new QueryError('QUERY.CONSISTENT_INDEX', 'A global secondary index cannot be read with strong consistency.', {
    hint: 'Leave out consistentRead() or index().',
  })
}

/** @throws QueryError `QUERY.INDEX_NOT_READY` for an index that does not have all rows of the model yet */
export function checkReady(index: string, { schema, unready }: EntityBinding): void {
  if (![...(unready?.paths ?? [])].some((path) => path.index === index)) return
  throw new QueryError('QUERY.INDEX_NOT_READY', `${index} does not have all rows of ${schema.name} yet.`, {
    details: { model: schema.name, index },
  })
}
