import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { askedIndex, type KeyPlace, keyPlaces } from './key-places.js'
import type { QuerySpec, RawKey, RawSort } from './query-spec.js'

/** True for the name of a key attribute of the table or of one of its indexes. */
export function isRawKey({ table }: EntityBinding, name: string): boolean {
  return keyPlaces(table).some(({ partition, sort }) => name === partition.name || name === sort?.name)
}

/** A condition on a key attribute by its name: `where('gsi1pk', 'USER#1')`, then `where('gsi1sk', 'begins_with', 'POST#')`. */
export function rawKey(binding: EntityBinding, spec: QuerySpec, name: string, op: string, value: unknown): RawKey {
  const places = keyPlaces(binding.table)
  // The sort key of the table may be the partition key of an index: after a partition key it is what goes with it.
  const isSort = places.some(({ partition, sort }) => sort?.name === name && partition.name === spec.rawKey?.name)
  const isPartition = !isSort && places.some(({ partition }) => partition.name === name)
  return isPartition ? rawPartition(binding, spec, name, op, value) : rawSort(binding, spec, name, op, value)
}

/** @param name the key attribute; undefined for that of the table, or of the index the query names */
export function rawPartition(
  binding: EntityBinding,
  spec: QuerySpec,
  name: string | undefined,
  op: string,
  value: unknown,
): RawKey {
  const places = keyPlaces(binding.table)
  const index = askedIndex(spec, binding)
  const place =
    name === undefined
      ? places.find((each) => each.index === index)
      : places.find(({ partition }) => partition.name === name)
  if (place === undefined) {
    throw new QueryError(
      'QUERY.INVALID_VALUE',
      `pk() has no single partition key in ${index ?? binding.table.tableName}.`,
      {
        hint: 'Ask for the attributes that its key is made of: where(…).',
      },
    )
  }
  if (value === '')
    throw new QueryError(
      'QUERY.INVALID_VALUE',
      `${place.partition.name} is a partition key, and no item has an empty one.`,
    )
  if (op !== '=' || typeof value !== 'string') {
    throw new QueryError('QUERY.INVALID_VALUE', `${place.partition.name} is a partition key: it takes '=' and text.`, {
      hint: `Write where('${place.partition.name}', '…').`,
    })
  }
  const sort = spec.rawKey?.index === place.index ? spec.rawKey?.sort : undefined
  return { index: place.index, name: place.partition.name, value, sort }
}

/** @param name the key attribute; undefined for the sort key that belongs to the partition key given before */
export function rawSort(
  binding: EntityBinding,
  { rawKey: before }: QuerySpec,
  name: string | undefined,
  op: string,
  value: unknown,
): RawKey {
  const places = keyPlaces(binding.table)
  const partner = (place: KeyPlace): boolean => place.partition.name === before?.name && place.sort !== undefined
  const place =
    name === undefined
      ? places.find((each) => each.index === before?.index && partner(each))
      : places.find((each) => each.sort?.name === name && partner(each))
  if (before === undefined || place?.sort === undefined) {
    const needed = places.find(({ sort }) => sort?.name === name)?.partition.name
    throw new QueryError(
      'QUERY.INVALID_VALUE',
      name === undefined ? 'sk() needs pk() first.' : `${name} needs its partition key first.`,
      {
        hint:
          name === undefined
            ? "Write pk('USER#1').sk('begins_with', 'ORDER#')."
            : `Write where('${needed ?? 'pk'}', '…') before it.`,
      },
    )
  }
  return { ...before, index: place.index, sort: rawSortOf(place.sort.name, op, value) }
}

/** @throws QueryError `QUERY.INVALID_OPERATOR` */
function rawSortOf(name: string, op: string, value: unknown): RawSort {
  if (op === 'between' && Array.isArray(value) && value.length === 2)
    return { kind: 'between', low: String(value[0]), high: String(value[1]) }
  if (typeof value === 'string') {
    if (op === 'begins_with') return { kind: 'begins-with', value }
    if (op === '=' || op === '<' || op === '<=' || op === '>' || op === '>=') return { kind: 'compare', op, value }
  }
  throw new QueryError('QUERY.INVALID_OPERATOR', `The sort key ${name} cannot be asked "${op}" of this value.`, {
    hint: 'Sort keys take = < <= > >= begins_with with text, and between with a pair of texts.',
  })
}
