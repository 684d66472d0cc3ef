import type { ReadManyOutput } from '../drivers/index.js'
import { holds } from '../expressions/index.js'
import { batchGetItems } from '../runtime/index.js'
import { GUARD_OWNER, keyText, recognizes, tableKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { interleave } from './interleave.js'
import { compareItems, ItemSorter } from './item-sorter.js'
import { mergePages, type Pages, Source, shareOf } from './merge.js'
import { areDisjoint } from './overlap.js'
import type { Plan } from './plan.js'
import { explainMissing, type PageInput, pageInput, projectionOf, sendFor } from './plan-request.js'
import { readEntries } from './read-entries.js'
import { aliveCondition, isExpiryKey, isWanted, passesMost } from './row-filters.js'

/** With a filter nobody knows how many items make a match: pages start small and grow, so that `first()` stays cheap. */
const FIRST_FILTERED_PAGE = 25
const PAGE_GROWTH = 4
/** Beyond this a page is left to DynamoDB's own limit of 1 MB. */
const LARGEST_ASKED_PAGE = 1000

/** Which items to read, and how many at a time. */
export interface ReadRange {
  /** The key (of `startKeyOf`) of the item to begin after; not for plans that are merged or sorted in memory. */
  readonly start?: AttributeMap | undefined
  /** Rows that are likely to do: pages are made for so many, and more come as long as they are taken. */
  readonly wanted?: number | undefined
  /** Items of one request, at most. */
  readonly most?: number | undefined
}

/**
 * The items of a plan in its order, a page at a time, without regard to its limit and offset. Items of other models
 * never come; pages may be empty.
 */
export function readItems(plan: Plan, binding: EntityBinding, range: ReadRange = {}): Pages {
  return plan.inMemory.sort.length > 0 ? sorted(plan, binding) : unsorted(plan, binding, range)
}

async function* sorted(plan: Plan, binding: EntityBinding): Pages {
  const { sort, limit } = plan.inMemory
  const sorter = new ItemSorter(
    (a, b) => compareItems(a, b, sort, binding.table),
    limit === undefined ? undefined : limit + plan.offset,
  )
  for await (const { items } of unsorted(plan, binding, {})) for (const item of items) sorter.add(item)
  yield { items: sorter.sorted(), after: undefined }
}

async function* unsorted(plan: Plan, binding: EntityBinding, range: ReadRange): Pages {
  switch (plan.operation) {
    case 'None':
      return
    case 'GetItem':
    case 'GuardLookup':
      // Whatever it begins after is its only item.
      if (range.start === undefined) yield { items: await readOne(plan, binding), after: undefined }
      return
    case 'BatchGetItem':
      yield* readKeys(plan, binding, range)
      return
    case 'MergedQuery':
      yield* readMerged(plan, binding)
      return
    case 'Query':
    case 'Scan':
      for await (const { answer, after } of answersOf(plan, pageInput(plan, binding), binding, range)) {
        yield { items: await rowsIn(answer.Items ?? [], plan, binding), after }
      }
  }
}

/** The items of one segment of a Scan (DynamoDB: "parallel scan"), a page at a time. */
export async function* readSegment(
  plan: Plan,
  binding: EntityBinding,
  Segment: number,
  TotalSegments: number,
): AsyncGenerator<readonly AttributeMap[]> {
  const input = { ...pageInput(plan, binding), Segment, TotalSegments }
  for await (const { answer } of answers(plan, 'Scan', input, binding, {}))
    yield await rowsIn(answer.Items ?? [], plan, binding)
}

/** Those items of an answer that are rows of the query. */
async function rowsIn(
  items: readonly AttributeMap[],
  plan: Plan,
  binding: EntityBinding,
): Promise<readonly AttributeMap[]> {
  const rows = plan.fetch ? await fetchRows(items, plan, binding) : recognized(items, plan, binding)
  const checks = [plan.inMemory.filter, isExpiryKey(plan, binding) ? aliveCondition(plan, binding) : undefined]
  const passed = checks.reduce((kept, check) => (check ? kept.filter((row) => holds(check, row)) : kept), rows)
  return fitting(passed, binding)
}

/** The rows of the model, where DynamoDB could not tell them from other items, with what their keys tell. */
function recognized(items: readonly AttributeMap[], plan: Plan, binding: EntityBinding): readonly AttributeMap[] {
  const { recognize } = plan.inMemory
  const rows = readEntries(items, plan, binding)
  return recognize === 'keys' || recognize === 'function'
    ? rows.filter((item) => recognizes(binding.design, item))
    : rows
}

async function readOne(plan: Plan, binding: EntityBinding): Promise<readonly AttributeMap[]> {
  const key = plan.operation === 'GetItem' ? plan.keys[0] : await ownerOf(plan, binding)
  const item = key === undefined ? undefined : await readItem(key, plan, binding, projectionOf(plan, binding))
  return item !== undefined && isWanted(item, plan, binding) ? fitting([item], binding) : []
}

/** The items that fit their model, where rows are counted. */
function fitting(items: readonly AttributeMap[], { fits }: EntityBinding): readonly AttributeMap[] {
  return fits === undefined ? items : items.filter(fits)
}

/** Rows by their keys, in the order of the keys; with a number of rows in view, not many more than that are read. */
async function* readKeys(plan: Plan, binding: EntityBinding, { start, wanted = wantedOf(plan) }: ReadRange): Pages {
  const { table } = binding
  const keys = plan.forward ? plan.keys : [...plan.keys].reverse()
  const place = new Map(keys.map((key, i) => [keyText(table, key), i]))
  const placeOf = (item: AttributeMap): number => place.get(keyText(table, item)) ?? 0
  const projection = projectionOf(plan, binding)
  let size = wanted === undefined ? keys.length : pageSize(plan, binding, Math.max(wanted, 1))
  for (let from = start === undefined ? 0 : placeOf(start) + 1; from < keys.length; from += size, size *= PAGE_GROWTH) {
    const found = await batchGetItems(binding.connection, plan.table, keys.slice(from, from + size), {
      consistentRead: plan.consistent,
      ...(projection === undefined ? {} : { projection }),
      context: binding.context,
    }).catch((error: unknown) => explainMissing(error, binding))
    const items = found.filter((item) => isWanted(item, plan, binding))
    items.sort((a, b) => placeOf(a) - placeOf(b))
    yield { items: fitting(items, binding), after: keys[from - 1] }
  }
}

async function* readMerged(plan: Plan, binding: EntityBinding): Pages {
  const { merged, order } = plan
  const range = shareOf(merged.length, wantedOf(plan), order)
  const sources = merged.map((part, branch) => new Source(branch, readItems(part, binding, range)))
  if (areDisjoint(merged)) {
    yield* mergePages(sources, order)
    return
  }
  const seen = new Set<string>()
  yield* mergePages(sources, order, (item) => seen.size < seen.add(keyText(binding.table, item)).size)
}

/** The whole rows of index entries, in their order; those that are gone meanwhile or do not match are left out. */
async function fetchRows(
  entries: readonly AttributeMap[],
  plan: Plan,
  binding: EntityBinding,
): Promise<readonly AttributeMap[]> {
  const { table } = binding
  const keys = entries.map((entry) => tableKeyOf(table, entry))
  const rows = await batchGetItems(binding.connection, plan.table, keys, {
    consistentRead: plan.consistent,
    context: binding.context,
  }).catch((error: unknown) => explainMissing(error, binding))
  const byKey = new Map(rows.map((row) => [keyText(table, row), row]))
  return entries.flatMap((entry) => {
    const row = byKey.get(keyText(table, entry))
    return row !== undefined && isWanted(row, plan, binding) ? [row] : []
  })
}

/** The answer to one request, and the key it began after. */
interface Answer {
  readonly answer: ReadManyOutput
  readonly after: AttributeMap | undefined
}

/** The answers of a Query or Scan; those of a Scan's segments as they come. */
export function answersOf(
  plan: Plan,
  input: PageInput,
  binding: EntityBinding,
  range: ReadRange = {},
): AsyncGenerator<Answer> {
  const operation = plan.operation === 'Query' ? 'Query' : 'Scan'
  if (plan.segments === 1 || range.start !== undefined) return answers(plan, operation, input, binding, range)
  const TotalSegments = plan.segments
  return interleave(
    Array.from({ length: TotalSegments }, (_, Segment) =>
      answers(plan, 'Scan', { ...input, Segment, TotalSegments }, binding, range),
    ),
  )
}

/** The answers of a Query or Scan, page after page, each as large as the rows in view may need. */
async function* answers(
  plan: Plan,
  operation: 'Query' | 'Scan',
  input: PageInput,
  binding: EntityBinding,
  { start, wanted = wantedOf(plan), most = Number.POSITIVE_INFINITY }: ReadRange,
): AsyncGenerator<Answer> {
  let after = start
  let missing = wanted
  let growth = 1
  for (;;) {
    const asked = missing === undefined ? most : pageSize(plan, binding, Math.max(missing, 1)) * growth
    const size = Math.min(asked, most)
    const answer: ReadManyOutput = await sendFor(binding, plan, operation, {
      ...input,
      ...(size > LARGEST_ASKED_PAGE ? {} : { Limit: size }),
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    })
    yield { answer, after }
    after = answer.LastEvaluatedKey
    if (after === undefined) return
    if (missing !== undefined) missing -= answer.Count
    if (missing !== undefined && missing <= 0) missing = wanted
    else if (!isFiltered(plan)) continue
    growth *= PAGE_GROWTH
  }
}

/** The key of the row that a guard stands for. */
async function ownerOf(plan: Plan, binding: EntityBinding): Promise<AttributeMap | undefined> {
  const guard = await readItem(
    plan.keys[0] as AttributeMap,
    { ...plan, table: binding.table.ledger.tableName },
    binding,
  )
  const owner = guard?.[GUARD_OWNER]
  return owner !== undefined && 'M' in owner ? owner.M : undefined
}

async function readItem(
  Key: AttributeMap,
  plan: Plan,
  binding: EntityBinding,
  projection?: ReturnType<typeof projectionOf>,
): Promise<AttributeMap | undefined> {
  const consistent = plan.consistent ? { ConsistentRead: true } : {}
  return (await sendFor(binding, plan, 'GetItem', { TableName: plan.table, Key, ...consistent, ...projection })).Item
}

/** Rows that the plan's own limit takes; undefined for all. */
function wantedOf({ limit, offset }: Plan): number | undefined {
  return limit === undefined ? undefined : limit + offset
}

/** Items to ask for so that this many are rows of the answer. */
function pageSize(plan: Plan, binding: EntityBinding, rows: number): number {
  const most = !isFiltered(plan) || (plan.operation === 'Query' && passesMost(plan, binding))
  return most ? rows : Math.max(rows * 2, FIRST_FILTERED_PAGE)
}

/** True when not every item that is read is a row of the answer. */
function isFiltered(plan: Plan): boolean {
  const { filter, recognize } = plan.inMemory
  return plan.filter !== undefined || plan.expiry !== undefined || filter !== undefined || recognize !== undefined
}
