import { and, type Condition, simplify } from '../expressions/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { fitsKey } from '../keys/index.js'
import {
  type AccessPath,
  isAlwaysThere,
  type KeyMatch,
  keyText,
  matchKey,
  primaryKeyOf,
  shardKey,
  uniqueGuardKey,
} from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import { encodePrefix, encodeValue, encodeWhere } from './encode-where.js'
import type { EntityBinding } from './entity-binding.js'
import { type Coverage, coverageOf } from './index-coverage.js'
import type { Bound } from './key-range.js'
import { finish } from './make-plan.js'
import { namedIndex } from './named-index.js'
import type { Plan } from './plan.js'
import { planRawKey } from './plan-raw-key.js'
import { checkProjected, notProjected } from './projected.js'
import type { OrderBy, QuerySpec } from './query-spec.js'
import { splitFilter, trashFilter, typeFilter } from './row-filters.js'
import { scopedSpec } from './scoped-spec.js'
import { type SortRange, sortRange } from './sort-range.js'
import type { Where } from './where.js'

/** One access path with what the query's conditions make of its keys. */
interface Candidate {
  readonly path: AccessPath
  readonly partition: KeyMatch
  readonly sort: KeyMatch
  readonly range: SortRange
  /** Conditions of the query that the keys take up. */
  readonly covered: ReadonlySet<Where>
  /** Conditions that are still to be checked. */
  readonly left: readonly Where[]
  readonly ordered: boolean
  /** Where the index lacks something that the query needs, the rows are fetched by key. */
  readonly coverage: Coverage
}

/** Chooses how to run a query: the cheapest operation the design allows. Pure: nothing is sent. */
export function planQuery(asked: QuerySpec, binding: EntityBinding): Plan {
  if (binding.keyless) return planScan(asked, binding)
  const spec = scopedSpec(asked, binding)
  if (spec.projected) checkProjected(spec, binding)
  return spec.rawKey === undefined ? choose(spec, binding, true) : planRawKey(spec, spec.rawKey, binding)
}

/** A Scan of the table, whatever keys the conditions would serve: for those who want it in segments. */
export function planScan(asked: QuerySpec, binding: EntityBinding): Plan {
  const spec = scopedSpec(asked, binding)
  const conjuncts = spec.where.kind === 'and' ? spec.where.all : [spec.where]
  const residual = conjuncts.map((where) => encodeWhere(where, binding))
  const { never, filter, check } = splitFilter([...residual, ...trashFilter(spec, binding), typeFilter(binding)], [])
  return never ? finish(spec, binding, 'None', {}) : finish(spec, binding, 'Scan', { filter, check })
}

/** @param listings whether reading all rows of the model from an index that lists them will do */
function choose(spec: QuerySpec, binding: EntityBinding, listings: boolean): Plan {
  const conjuncts = spec.where.kind === 'and' ? spec.where.all : [spec.where]
  const equal = equalities(conjuncts, binding)
  const { unready } = binding
  const candidates = binding.design.paths
    .filter((path) => !unready?.paths.has(path))
    .flatMap((path) => candidate(path, spec, conjuncts, equal, binding))
    .filter((each) => listings || !isListing(each))
  const index = spec.index === undefined ? undefined : namedIndex(spec.index, spec, binding)
  const best = candidates.sort((a, b) => rank(b, binding) - rank(a, binding))[0]
  // The named index as a whole, where no key condition is known.
  const whole = best === undefined ? binding.design.secondary.find((path) => path.index === index?.name) : undefined
  const coverage = best?.coverage ?? (whole && coverageOf(whole, spec, conjuncts, binding))
  if (spec.projected && coverage?.lacking[0] !== undefined) throw notProjected(spec, coverage.lacking[0], binding)
  const residual = (best?.left ?? conjuncts).map((where) => encodeWhere(where, binding))
  const own = !(best?.path.identifiesModel || coverage?.byKeys)
  // No attribute of a model has the name of a key that is made from a template.
  const keys = [...(best?.path.partition.parts ?? []), ...(best?.path.sort.parts ?? [])].flatMap((part) =>
    part.kind === 'template' ? [] : [part.name],
  )
  const { never, filter, check } = splitFilter(
    [...residual, ...trashFilter(spec, binding), ...(own ? [typeFilter(binding)] : [])],
    [...keys, ...(coverage?.fromKeys ?? [])],
  )
  // A key that no row can have rules out every row, whichever way they are read.
  if (never || candidates.some(({ range }) => range.empty)) return finish(spec, binding, 'None', {})
  if (best?.path.index === undefined && best?.sort.complete) {
    const key = Object.fromEntries(
      [...best.partition.known, ...best.sort.known].map(({ name, value }) => [name, value]),
    )
    return finish(spec, binding, 'GetItem', { path: best.path, keys: [key], filter: leftOf(residual) })
  }
  const byKey = spec.index === undefined ? lookup(spec, conjuncts, equal, binding) : undefined
  if (byKey !== undefined) return byKey
  const sort = best?.ordered ? [] : spec.order
  if (best === undefined || isListing(best)) {
    const merged = planMerged(spec, conjuncts, binding)
    // A listing that has the order goes before parts that do not.
    if (merged !== undefined && (!best?.ordered || merged.merged.every(({ inMemory }) => inMemory.sort.length === 0)))
      return merged
  }
  if (best === undefined) {
    const fetch = whole === undefined && index !== undefined && index.projection !== 'ALL'
    return finish(spec, binding, 'Scan', { filter, check, sort, index: index?.name, path: whole, coverage, fetch })
  }
  const { known } = best.partition
  const query = (partition: typeof known, spec: QuerySpec): Plan =>
    finish(spec, binding, 'Query', {
      path: best.path,
      filter,
      check,
      sort,
      coverage,
      forward: !(best.ordered && openOrder(spec.order, equal)[0]?.descending),
      keyCondition: { partition, sort: best.range.conditions },
    })
  if (best.path.shards === 1) return query(known, spec)
  const limit = spec.limit === undefined ? undefined : spec.limit + spec.offset
  const merged = Array.from({ length: best.path.shards }, (_, shard) => {
    const partition = known.map(({ name, value }) => ({
      name,
      value: { S: shardKey(best.path, (value as { S: string }).S, shard) },
    }))
    return mergeable(query(partition, { ...spec, limit, offset: 0 }), spec, binding)
  })
  return finish(spec, binding, 'MergedQuery', { merged, purpose: `${best.path.purpose}, ${best.path.shards} shards` })
}

/** True for a path that brings every row of the model, whatever the query says. */
function isListing({ path, covered, range }: Candidate): boolean {
  return path.partition.attributes.length === 0 && covered.size === 0 && !range.narrow
}

/** Plans of more branches than this are a Scan. */
const MOST_BRANCHES = 100

/**
 * Several plans instead of a Scan or a listing: one for each value of an IN on an attribute that leads an index, or for each side of
 * an OR. Undefined when a branch would read all rows all the same.
 */
function planMerged(spec: QuerySpec, conjuncts: readonly Where[], binding: EntityBinding): Plan | undefined {
  if (spec.index !== undefined) return undefined
  const limit = spec.limit === undefined ? undefined : spec.limit + spec.offset
  // What the branches are merged by has to be in what they read.
  const select = spec.select && [...spec.select, ...spec.order.map(({ attribute }) => attribute)]
  for (const where of conjuncts) {
    const branches = branchesOf(where)
    if (branches === undefined || branches.length > MOST_BRANCHES) continue
    const others = conjuncts.filter((other) => other !== where)
    const plans: Plan[] = []
    for (const branch of branches) {
      const all = [...others, ...(branch.kind === 'and' ? branch.all : [branch])]
      const plan = choose({ ...spec, select, where: { kind: 'and', all }, limit, offset: 0 }, binding, false)
      if (plan.operation === 'Scan') break
      plans.push(mergeable(plan, spec, binding))
    }
    if (plans.length < branches.length) continue
    const merged = plans.flatMap((plan) =>
      plan.operation === 'MergedQuery' ? plan.merged : plan.operation === 'None' ? [] : [plan],
    )
    if (merged.length === 0) return finish(spec, binding, 'None', {})
    if (merged.length <= MOST_BRANCHES) return finish(spec, binding, 'MergedQuery', { merged })
  }
  return undefined
}

/** Merging compares keys and the order's attributes: a selection has to bring them along. */
function mergeable(plan: Plan, spec: QuerySpec, { table }: EntityBinding): Plan {
  if (plan.projection === undefined) return plan
  const needed = [...table.key.names, ...spec.order.map(({ attribute }) => attribute)]
  return Object.freeze({ ...plan, projection: [...new Set([...plan.projection, ...needed])] })
}

function branchesOf(where: Where): readonly Where[] | undefined {
  if (where.kind === 'or') return where.any
  if (where.kind !== 'in') return undefined
  const { attribute } = where
  return where.values.map((value) =>
    value === null ? { kind: 'null', attribute } : { kind: 'compare', attribute, op: '=', value },
  )
}

/** What is left to check on items read by key, in memory. */
function leftOf(conditions: readonly Condition[]): Condition | undefined {
  const left = simplify(and(...conditions))
  return left.kind === 'constant' ? undefined : left
}

/** Rows named by their keys: a unique attribute through its guard, or a list of primary keys. */
/** The key of a row by its primary key; undefined for a value that is too long for any row. */
function keyOrNone(binding: EntityBinding, value: unknown): AttributeMap | undefined {
  const { schema, design } = binding
  try {
    return primaryKeyOf(design, { [schema.primaryKey]: encodeValue(binding, schema.primaryKey, value) })
  } catch (error) {
    if (isDynamoDBToolingError(error, 'KEY.TOO_LONG')) return undefined
    throw error
  }
}

function lookup(
  spec: QuerySpec,
  conjuncts: readonly Where[],
  equal: Equalities,
  binding: EntityBinding,
): Plan | undefined {
  const { schema, design, table } = binding
  const unique = binding.uniqueAttributes.find((name) => equal.has(name) && !binding.unready?.unique.has(name))
  const named = unique === undefined ? undefined : equal.get(unique)
  if (unique !== undefined && named !== undefined) {
    const key = uniqueGuardKey(table.ledger, schema, unique, named.value)
    if (!fitsKey((key[table.ledger.sortKey] as { readonly S: string }).S, 'sort'))
      return finish(spec, binding, 'None', {})
    // The row is checked for the value itself, too: it may have changed after the guard was read.
    const filter = leftOf(conjuncts.map((where) => encodeWhere(where, binding)))
    return finish(spec, binding, 'GuardLookup', { purpose: `unique ${unique}`, keys: [key], filter })
  }
  const { primaryKey } = schema
  const { partition, sort } = design.primary
  const onlyKey = [...partition.attributes, ...sort.attributes].every((name) => name === primaryKey)
  const list = conjuncts.find((where) => where.kind === 'in' && where.attribute === primaryKey)
  if (!onlyKey || list?.kind !== 'in' || list.values.includes(null) || list.values.includes('')) return undefined
  const keys = new Map<string, AttributeMap>()
  for (const value of list.values) {
    const key = keyOrNone(binding, value)
    if (key === undefined) continue
    keys.set(keyText(table, key), key)
  }
  if (keys.size === 0) return finish(spec, binding, 'None', {})
  const filter = leftOf(conjuncts.filter((where) => where !== list).map((where) => encodeWhere(where, binding)))
  const chosen = { path: design.primary, keys: [...keys.values()], filter, sort: spec.order }
  return finish(spec, binding, 'BatchGetItem', chosen)
}

type Equalities = ReadonlyMap<string, { readonly value: AttributeValue; readonly where: Where }>

/** Attributes that the query fixes to one value. */
function equalities(
  conjuncts: readonly Where[],
  binding: EntityBinding,
): Map<string, { value: AttributeValue; where: Where }> {
  const equal = new Map<string, { value: AttributeValue; where: Where }>()
  for (const where of conjuncts) {
    const single =
      where.kind === 'in' && where.values.length === 1 && where.values[0] !== null ? where.values[0] : undefined
    const given = where.kind === 'compare' && where.op === '=' ? where.value : single
    if (given === undefined || !('attribute' in where) || equal.has(where.attribute)) continue
    if (binding.schema.attribute.has(where.attribute))
      equal.set(where.attribute, { value: encodeValue(binding, where.attribute, given), where })
  }
  return equal
}

function candidate(
  path: AccessPath,
  spec: QuerySpec,
  conjuncts: readonly Where[],
  equal: ReadonlyMap<string, { value: AttributeValue; where: Where }>,
  binding: EntityBinding,
): Candidate[] {
  if (spec.index !== undefined && path.index !== spec.index && path.name !== spec.index) return []
  if (spec.consistent && path.index !== undefined && !path.local) return []
  const inIndex = path.when.map(({ attribute, value }) => {
    const entry = equal.get(attribute)
    return entry !== undefined && equalAttributeValues(entry.value, value) ? entry.where : undefined
  })
  if (inIndex.includes(undefined) && spec.index === undefined) return []
  const values: Record<string, AttributeValue> = {}
  for (const [name, { value }] of equal) values[name] = value
  const partition = matchKey(path.partition, values, 'partition')
  if (!partition.complete) return []
  const sort = matchKey(path.sort, values, 'sort')
  const covered = new Set<Where>(inIndex.filter((where) => where !== undefined))
  for (const name of [...path.partition.attributes, ...usedOf(path.sort.attributes, sort)]) {
    const entry = equal.get(name)
    if (entry !== undefined) covered.add(entry.where)
  }
  const onNext = conjuncts.flatMap((where) => {
    const bound = 'attribute' in where && where.attribute === sort.next ? boundOf(where, binding) : undefined
    return bound === undefined ? [] : [{ where, bound }]
  })
  const bounds = onNext.map((each) => each.bound)
  const found = sortRange(sort, bounds)
  // No row has a key that is too long, and DynamoDB takes none in a request.
  const range = partition.possible ? found : { ...found, empty: true }
  if (!range.loose) for (const each of onNext) covered.add(each.where)
  const inKeys = [...path.partition.attributes, ...path.sort.attributes]
  // Rows without a value are not in the index.
  if (path.index !== undefined)
    for (const where of conjuncts)
      if (where.kind === 'not' && where.where.kind === 'null' && inKeys.includes(where.where.attribute))
        covered.add(where)
  // An item without a key attribute is not in the index: only attributes that every row has can be left open.
  const guaranteed = (name: string): boolean =>
    equal.has(name) ||
    (name === binding.schema.deletedAt && spec.trashed === 'only') ||
    isAlwaysThere(binding.schema, name) ||
    conjuncts.some((where) => needsValue(where, name))
  if (path.index !== undefined && spec.index === undefined && !inKeys.every(guaranteed)) return []
  const ordered = isOrdered(spec.order, path, sort, equal)
  const left = conjuncts.filter(
    (where) => !covered.has(where) || ('attribute' in where && path.ambiguous.includes(where.attribute)),
  )
  const coverage = coverageOf(path, spec, left, binding, { ordered, identified: path.identifiesModel })
  return [{ path, partition, sort, range, covered, left, ordered, coverage }]
}

/** The attributes of a sort key that are part of its known prefix. */
function usedOf(attributes: readonly string[], sort: KeyMatch): readonly string[] {
  return sort.next === undefined ? attributes : attributes.slice(0, attributes.indexOf(sort.next))
}

/** True for a condition that only rows with a value of the attribute fulfil. */
function needsValue(where: Where, name: string): boolean {
  if (where.kind === 'not') return where.where.kind === 'null' && where.where.attribute === name
  if (!('attribute' in where) || where.attribute !== name) return false
  if (where.kind === 'compare' || where.kind === 'date-part') return where.op !== '<>'
  return (
    where.kind === 'between' || where.kind === 'begins-with' || (where.kind === 'in' && !where.values.includes(null))
  )
}

function boundOf(where: Where, binding: EntityBinding): Bound | undefined {
  if (where.kind === 'compare' && where.op !== '<>' && where.op !== '=')
    return { kind: 'compare', op: where.op, value: encodeValue(binding, where.attribute, where.value) }
  if (where.kind === 'between')
    return {
      kind: 'between',
      low: encodeValue(binding, where.attribute, where.low),
      high: encodeValue(binding, where.attribute, where.high),
    }
  if (where.kind === 'begins-with' && typeof where.prefix === 'string')
    return { kind: 'begins-with', value: encodePrefix(binding, where.attribute, where.prefix) }
  return undefined
}

/** The order without the attributes that have one value in all rows. */
function openOrder(order: readonly OrderBy[], equal: ReadonlyMap<string, unknown>): readonly OrderBy[] {
  return order.filter(({ attribute }) => !equal.has(attribute))
}

/** True when the items of the path come in the wanted order. */
function isOrdered(
  order: readonly OrderBy[],
  path: AccessPath,
  sort: KeyMatch,
  equal: ReadonlyMap<string, unknown>,
): boolean {
  const wanted = openOrder(order, equal)
  if (wanted.length === 0) return true
  // The table has one item of a whole key; an index may have many.
  if (sort.complete) return path.index === undefined
  if (sort.open?.prefix?.ordered === false) return false
  if (wanted.some(({ descending }) => descending !== wanted[0]?.descending)) return false
  const open = path.sort.attributes.slice(path.sort.attributes.indexOf(sort.next as string))
  return wanted.every(({ attribute }, i) => open[i] === attribute)
}

/** Higher is cheaper: whole keys, then narrow ranges, then the right order, and the table before its indexes. */
function rank(candidate: Candidate, binding: EntityBinding): number {
  const { path, sort, range, ordered } = candidate
  const table = path === binding.design.primary
  return (
    (!sort.complete ? 0 : table ? 1000 : path.sort.attributes.length > 0 ? 500 : 0) +
    candidate.covered.size * 20 +
    (range.narrow ? 10 : 0) +
    (ordered ? 5 : 0) +
    (candidate.coverage.lacking.length === 0 ? 0 : -15) +
    (path.shards > 1 ? -3 : 0) +
    (table ? 1 : 0)
  )
}
