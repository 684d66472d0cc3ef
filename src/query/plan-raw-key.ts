import type { SortKeyCondition } from '../expressions/index.js'
import { InternalError } from '../kernel/index.js'
import type { KeyAttribute } from '../single-table/index.js'
import type { AttributeValue } from '../values/index.js'
import { encodeWhere } from './encode-where.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { coverageOf } from './index-coverage.js'
import { askedIndex, keyPlaces } from './key-places.js'
import { finish } from './make-plan.js'
import { checkReady, consistentIndex } from './named-index.js'
import type { Plan } from './plan.js'
import { notProjected } from './projected.js'
import type { QuerySpec, RawKey, RawSort } from './query-spec.js'
import { splitFilter, trashFilter, typeFilter } from './row-filters.js'

/** Keys that the caller named as they are: a Query of the table or of the index that has them. */
export function planRawKey(spec: QuerySpec, raw: RawKey, binding: EntityBinding): Plan {
  const place = keyPlaces(binding.table).find(
    ({ index, partition }) => index === raw.index && partition.name === raw.name,
  )
  if (place === undefined) throw new InternalError(`no raw key "${raw.name}"`)
  const { index } = place
  const asked = askedIndex(spec, binding)
  if (asked !== undefined && asked !== index) {
    const there = keyPlaces(binding.table).find((each) => each.index === asked)
    throw new QueryError('QUERY.UNKNOWN_INDEX', `"${raw.name}" is no key of the index "${asked}".`, {
      hint: `Its partition key is ${there?.partition.name ?? 'not known: there is no such index'}.`,
    })
  }
  if (spec.consistent && binding.table.indexes.some(({ name, local }) => name === index && !local))
    throw consistentIndex()
  if (index !== undefined) checkReady(index, binding)
  const sortKey = place.sort?.name ?? ''
  const conjuncts = spec.where.kind === 'and' ? spec.where.all : [spec.where]
  const residual = conjuncts.map((where) => encodeWhere(where, binding))
  const ordered = spec.order.length === 0 || (spec.order.length === 1 && spec.order[0]?.attribute === sortKey)
  const path = binding.design.secondary.find((each) => each.index === index)
  const coverage = path && coverageOf(path, spec, conjuncts, binding, { ordered, identified: false })
  if (spec.projected && coverage?.lacking[0] !== undefined) throw notProjected(spec, coverage.lacking[0], binding)
  const { never, filter, check } = splitFilter(
    [...residual, ...trashFilter(spec, binding), ...(coverage?.byKeys ? [] : [typeFilter(binding)])],
    [place.partition.name, sortKey, ...(coverage?.fromKeys ?? [])],
  )
  if (never) return finish(spec, binding, 'None', {})
  return finish(spec, binding, 'Query', {
    index,
    path,
    coverage,
    purpose: 'keys as given',
    filter,
    check,
    sort: ordered ? [] : spec.order,
    forward: !(ordered && spec.order[0]?.descending),
    keyCondition: {
      partition: [{ name: raw.name, value: keyValue(place.partition, raw.value) }],
      sort: raw.sort === undefined || place.sort === undefined ? [] : [rawSort(raw.sort, place.sort)],
    },
  })
}

function rawSort(sort: RawSort, key: KeyAttribute): SortKeyCondition {
  const { name } = key
  if (sort.kind === 'between')
    return { kind: 'between', name, low: keyValue(key, sort.low), high: keyValue(key, sort.high) }
  return { ...sort, name, value: keyValue(key, sort.value) }
}

/** A key value in DynamoDB's JSON: numbers and binary are text there, too. */
function keyValue({ type }: KeyAttribute, text: string): AttributeValue {
  return { [type]: text } as unknown as AttributeValue
}
