import { type Condition, type KeyCondition, rootsIn } from '../expressions/index.js'
import {
  type AccessPath,
  type EntityDesign,
  indexContentsOf,
  isAlwaysThere,
  recognizingAttributes,
  storesAttribute,
} from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import type { Coverage } from './index-coverage.js'
import { areContinuable } from './overlap.js'
import type { Plan, PlanOperation } from './plan.js'
import { planText } from './plan-text.js'
import type { OrderBy, QuerySpec } from './query-spec.js'
import { expiryIn } from './row-filters.js'

/** What the planner decided; the rest of a plan follows from it and from the query. */
export interface Chosen {
  readonly merged?: readonly Plan[]
  readonly fetch?: boolean
  readonly path?: AccessPath | undefined
  /** What the path's index lacks and what its keys tell. */
  readonly coverage?: Coverage | undefined
  readonly purpose?: string
  readonly keys?: readonly AttributeMap[]
  readonly keyCondition?: KeyCondition
  readonly filter?: Condition | undefined
  /** Checked on what a Query brought. */
  readonly check?: Condition | undefined
  readonly sort?: readonly OrderBy[]
  readonly forward?: boolean
  readonly index?: string | undefined
}

/** The plan of a query for what was chosen, with its estimate and advice. */
export function finish(spec: QuerySpec, binding: EntityBinding, operation: PlanOperation, chosen: Chosen): Plan {
  const sort = chosen.sort ?? []
  const { primary } = binding.design
  // What is checked in memory must have been read.
  const checked = chosen.filter !== undefined && operation !== 'Query' && operation !== 'Scan'
  const { kind } = binding.design.recognition
  const { coverage, path } = chosen
  const telling = kind === 'keys' || kind === 'function' ? kind : undefined
  const recognize: Plan['inMemory']['recognize'] = coverage?.byKeys ? 'index keys' : telling
  const fetch = chosen.fetch === true || (coverage !== undefined && coverage.lacking.length > 0)
  // An index has no other attributes to ask for.
  const entry = path === undefined || fetch ? undefined : indexContentsOf(binding.design, path)
  const expiry = expiryIn(spec, binding)
  const projection =
    spec.select === undefined || checked || recognize === 'function'
      ? undefined
      : [
          ...new Set([
            ...spec.select,
            binding.schema.primaryKey,
            ...primary.partition.attributes,
            ...primary.sort.attributes,
            ...sort.map(({ attribute }) => attribute),
            ...(chosen.check === undefined ? [] : rootsIn(chosen.check)),
            ...(binding.schema.softDeletes ? [binding.schema.deletedAt] : []),
            ...(expiry === undefined ? [] : [expiry]),
            ...(binding.schema.version === undefined ? [] : [binding.schema.version]),
            ...((recognize && recognizingAttributes(binding.design)) ?? []),
          ]),
        ].filter((name) => entry === undefined || storesAttribute(entry, name) || coverage?.fromKeys.includes(name))
  return Object.freeze({
    kind: 'plan',
    model: binding.schema.name,
    table: binding.table.tableName,
    operation,
    index: path?.index ?? chosen.index,
    purpose: chosen.purpose ?? path?.purpose,
    merged: chosen.merged ?? [],
    fetch,
    projected: spec.projected,
    fromKeys: coverage?.fromKeys ?? [],
    hidden: binding.schema.secret.size === 0 ? NOTHING : hiddenIn(binding, operation),
    relations: NOTHING,
    order: spec.order,
    keys: chosen.keys ?? [],
    keyCondition: chosen.keyCondition,
    filter: chosen.filter,
    forward: chosen.forward ?? true,
    inMemory: {
      sort,
      limit: sort.length > 0 ? spec.limit : undefined,
      filter: chosen.check,
      recognize,
      pages: sort.length > 0 || (operation === 'MergedQuery' && !areContinuable(chosen.merged ?? [], binding)),
    },
    projection,
    limit: sort.length > 0 ? undefined : spec.limit,
    offset: spec.offset,
    consistent: spec.consistent,
    segments: operation === 'Scan' ? spec.segments : 1,
    trashed: spec.trashed,
    expiry,
    estimate: ESTIMATES[operation],
    advice: adviceFor(operation, spec, sort, binding),
    toString: readable,
  })
}

/** One function for all plans, so that making a plan costs every query less. */
function readable(this: Plan): string {
  return planText(this)
}

const ESTIMATES: Readonly<Record<PlanOperation, Plan['estimate']>> = {
  GetItem: { requests: '1 request', reads: 'one item' },
  GuardLookup: { requests: '2 requests', reads: 'the guard and one item' },
  BatchGetItem: { requests: '1 request for each 100 keys', reads: 'the items asked for' },
  Query: { requests: '1 request for each 1 MB', reads: 'every item under the key condition, up to the limit' },
  MergedQuery: { requests: 'the sum of the queries', reads: 'what each of them reads' },
  Scan: { requests: '1 request for each 1 MB', reads: 'the whole table, items of all models' },
  None: { requests: 'no request', reads: 'nothing: no item can match' },
}

const NOTHING: readonly never[] = Object.freeze([])

/** Attributes that are hidden, and the keys that are made of them. */
function hiddenIn(
  { schema, design, table, uniqueAttributes }: EntityBinding,
  operation: PlanOperation,
): readonly string[] {
  const made = [design.primary, ...design.secondary].flatMap(({ partition, sort }) =>
    [partition, sort].flatMap((key) =>
      key.attributes.some((name) => schema.secret.has(name)) ? key.parts.map(({ name }) => name) : [],
    ),
  )
  const guard = operation === 'GuardLookup' && uniqueAttributes.some((name) => schema.secret.has(name))
  const { partitionKey, sortKey } = table.ledger
  return [...new Set([...schema.secret, ...made, ...(guard ? [partitionKey, sortKey] : [])])]
}

function adviceFor(
  operation: PlanOperation,
  spec: QuerySpec,
  sort: readonly OrderBy[],
  { schema, design, unready }: EntityBinding,
): readonly string[] {
  if (operation !== 'Scan' && sort.length === 0 && spec.offset === 0) return NOTHING
  const advice: string[] = []
  const conjuncts = spec.where.kind === 'and' ? spec.where.all : []
  const fixed = conjuncts.flatMap((where) => (where.kind === 'compare' && where.op === '=' ? [where.attribute] : []))
  const sorted = spec.order.map(({ attribute }) => `'${attribute}'`).join(', ')
  const lacking = lackingIn(spec, fixed, design)
  if (operation === 'Scan' && spec.trashed === 'only')
    advice.push('Set softDeletes = { index: true }: deleted rows then have an index that holds nothing else.')
  if (operation === 'Scan' && unready !== undefined && unready.paths.size > 0) {
    const names = [...new Set([...unready.paths].map(({ index }) => index))].join(', ')
    advice.push(
      `Run migrate(): ${names} does not have all rows of ${schema.name} yet, and no query uses it until then.`,
    )
  } else if (lacking !== undefined && (operation === 'Scan' || sort.length > 0)) {
    advice.push(
      `${lacking.index} serves this, but has no rows without ${lacking.missing.join(' and ')}: add ${lacking.missing.map((name) => `whereNotNull('${name}')`).join(' and ')} where they are not wanted, or make ${lacking.missing.length === 1 ? 'it' : 'them'} required.`,
    )
  } else if (operation === 'Scan') {
    advice.push(
      fixed.length > 0
        ? `Declare an index: static indexes = { by${fixed.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).join('And')}: { partition: [${fixed.map((name) => `'${name}'`).join(', ')}]${sorted === '' ? '' : `, sort: [${sorted}]`} } }`
        : `Declare a listing index: static indexes = { all: { sort: [${sorted === '' ? `'${schema.timestamps ? schema.createdAt : schema.primaryKey}'` : sorted}] } }, which doubles the cost of every write of the model.`,
    )
  } else if (sort.length > 0 && operation === 'Query') {
    advice.push(
      `Sorted in memory after reading every match: put ${sorted} in the sort of the index to have DynamoDB do it.`,
    )
  }
  if (spec.offset > 0)
    advice.push(
      `The first ${spec.offset} rows are read, paid for and left out: cursorPaginate(cursor, n) starts where the last page ended.`,
    )
  return advice
}

/** An index that has the partition and the order asked for, but not every row; and the attributes that those rows lack. */
function lackingIn(
  { order }: QuerySpec,
  fixed: readonly string[],
  { schema, secondary }: EntityDesign,
): { readonly index: string; readonly missing: readonly string[] } | undefined {
  for (const { partition, sort, when, index, name } of secondary) {
    if (index === undefined || when.length > 0 || partition.attributes.length === 0) continue
    if (!partition.attributes.every((each) => fixed.includes(each))) continue
    if (order[0] !== undefined && sort.attributes[0] !== order[0].attribute) continue
    const missing = sort.attributes.filter((each) => !fixed.includes(each) && !isAlwaysThere(schema, each))
    if (missing.length > 0) return { index: name ?? index, missing }
  }
  return undefined
}
