import type {
  OperationInput,
  OperationName,
  OperationOutput,
  QueryInput,
  ReadManyOutput,
  ScanInput,
} from '../drivers/index.js'
import { ExpressionCompiler, holds, type Path } from '../expressions/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { batchGetItems } from '../runtime/index.js'
import { GUARD_OWNER, keyText, tableKeyOf } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { interleave } from './interleave.js'
import { ItemSorter } from './item-sorter.js'
import { mergePages } from './merge.js'
import type { Plan } from './plan.js'
import { passesMost } from './row-filters.js'

/** Requests that read a page of items are built once per plan; the page's start and size are added to each. */
type PageInput = QueryInput | ScanInput

/** With a filter nobody knows how many items make a match: pages start small and grow, so that `first()` stays cheap. */
const FIRST_FILTERED_PAGE = 25
const PAGE_GROWTH = 4
/** Beyond this a page is left to DynamoDB's own limit of 1 MB. */
const LARGEST_ASKED_PAGE = 1000

/**
 * Every item of a plan, a page at a time, in the plan's order. Items of other models never come.
 * The number of items is exact: pages are read until the limit is reached or nothing is left.
 *
 * @param start the key (of `startKeyOf`) of the item to begin after, for a Query or Scan that is not sorted in memory
 */
export async function* readPages(
  plan: Plan,
  binding: EntityBinding,
  start?: AttributeMap,
): AsyncGenerator<readonly AttributeMap[]> {
  if (plan.operation === 'None') return
  const { offset } = plan
  if (plan.inMemory.sort.length > 0) {
    const { sort, limit } = plan.inMemory
    const sorter = new ItemSorter(sort, binding.table, limit === undefined ? undefined : limit + offset)
    for await (const page of rawPages(plan, binding)) for (const item of page) sorter.add(item)
    yield sorter.sorted().slice(offset)
    return
  }
  let skip = offset
  let left = plan.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return
  for await (const read of rawPages(plan, binding, start)) {
    const page = skip === 0 ? read : read.slice(skip)
    skip -= read.length - page.length
    if (page.length >= left) {
      yield page.length === left ? page : page.slice(0, left)
      return
    }
    left -= page.length
    if (page.length > 0) yield page
  }
}

/** All items of a plan in one array. */
export async function readAll(plan: Plan, binding: EntityBinding): Promise<readonly AttributeMap[]> {
  let all: AttributeMap[] | undefined
  let first: readonly AttributeMap[] = []
  for await (const page of readPages(plan, binding)) {
    if (first.length === 0) first = page
    else {
      all ??= [...first]
      for (const item of page) all.push(item)
    }
  }
  return all ?? first
}

/** How many items match: COUNT requests over every page, no item leaves DynamoDB. */
export async function countItems(plan: Plan, binding: EntityBinding): Promise<number> {
  const limit = plan.limit ?? Number.POSITIVE_INFINITY
  let count = 0
  if (plan.operation === 'None' || limit === 0) return count
  const { filter: check } = plan.inMemory
  if ((plan.operation !== 'Query' && plan.operation !== 'Scan') || plan.fetch || check !== undefined) {
    for await (const page of rawPages(plan, binding)) count += page.length
    return Math.min(count, limit)
  }
  const input: PageInput = { ...pageInput({ ...plan, projection: undefined }, binding), Select: 'COUNT' }
  for await (const answer of pagesOf(plan, input, binding)) {
    count += answer.Count
    if (count >= limit) return limit
  }
  return count
}

async function* rawPages(
  plan: Plan,
  binding: EntityBinding,
  start?: AttributeMap,
): AsyncGenerator<readonly AttributeMap[]> {
  if (plan.operation === 'GetItem' || plan.operation === 'GuardLookup') {
    const key = plan.operation === 'GetItem' ? plan.keys[0] : await ownerOf(plan, binding)
    const item = key === undefined ? undefined : await readItem(key, plan, binding, projectionOf(plan, binding))
    yield item !== undefined && isWanted(item, plan, binding) ? [item] : []
    return
  }
  if (plan.operation === 'MergedQuery') {
    yield* mergePages(
      plan.merged.map((part) => readPages(part, binding)),
      plan.order,
      binding.table,
    )
    return
  }
  if (plan.operation === 'BatchGetItem') {
    const projection = projectionOf(plan, binding)
    const items = await batchGetItems(binding.connection, plan.table, plan.keys, {
      consistentRead: plan.consistent,
      ...(projection === undefined ? {} : { projection }),
      context: { model: plan.model },
    }).catch((error: unknown) => explainMissing(error, binding))
    yield items.filter((item) => isWanted(item, plan, binding))
    return
  }
  for await (const answer of pagesOf(plan, pageInput(plan, binding), binding, start)) {
    const items = answer.Items ?? []
    const rows = plan.fetch ? await fetchRows(items, plan, binding) : items
    const { filter } = plan.inMemory
    yield filter === undefined ? rows : rows.filter((row) => holds(filter, row))
  }
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
    context: { model: plan.model },
  }).catch((error: unknown) => explainMissing(error, binding))
  const byKey = new Map(rows.map((row) => [keyText(table, row), row]))
  return entries.flatMap((entry) => {
    const row = byKey.get(keyText(table, entry))
    return row !== undefined && isWanted(row, plan, binding) ? [row] : []
  })
}

/** The answers of a Query or Scan; those of a Scan's segments as they come. */
function pagesOf(
  plan: Plan,
  input: PageInput,
  binding: EntityBinding,
  start?: AttributeMap,
): AsyncGenerator<ReadManyOutput> {
  const operation = plan.operation === 'Query' ? 'Query' : 'Scan'
  if (plan.segments === 1 || start !== undefined) return answers(plan, operation, input, binding, start)
  const TotalSegments = plan.segments
  return interleave(
    Array.from({ length: TotalSegments }, (_, Segment) =>
      answers(plan, 'Scan', { ...input, Segment, TotalSegments }, binding),
    ),
  )
}

/** The answers of a Query or Scan, page after page, each as large as the limit may need. */
async function* answers(
  plan: Plan,
  operation: 'Query' | 'Scan',
  input: PageInput,
  binding: EntityBinding,
  first?: AttributeMap,
): AsyncGenerator<ReadManyOutput> {
  let start = first
  let missing = plan.limit === undefined ? undefined : plan.limit + plan.offset
  let growth = 1
  do {
    const size = missing === undefined ? undefined : pageSize(plan, binding, Math.max(missing, 1)) * growth
    const answer: ReadManyOutput = await sendFor(binding, plan, operation, {
      ...input,
      ...(size === undefined || size > LARGEST_ASKED_PAGE ? {} : { Limit: size }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    yield answer
    start = answer.LastEvaluatedKey
    if (missing !== undefined) missing -= answer.Count
    if (isFiltered(plan)) growth *= PAGE_GROWTH
  } while (start !== undefined)
}

/** The key that a Query or Scan of this plan goes on after: that of the table, and of the index it reads. */
export function startKeyOf(item: AttributeMap, plan: Plan, binding: EntityBinding): AttributeMap {
  return Object.fromEntries(keyNamesOf(plan, binding).map((name) => [name, item[name] as AttributeValue]))
}

/** The key attributes of the table and of the index a plan reads. */
export function keyNamesOf(plan: Plan, { table }: EntityBinding): readonly string[] {
  const index = table.indexes.find(({ name }) => name === plan.index)
  return [...new Set([...table.key.names, ...(index?.key.names ?? [])])]
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

/** Items to ask for so that this many are rows of the answer. */
function pageSize(plan: Plan, binding: EntityBinding, rows: number): number {
  const most = !isFiltered(plan) || (plan.operation === 'Query' && passesMost(plan, binding))
  return most ? rows : Math.max(rows * 2, FIRST_FILTERED_PAGE)
}

/** True when not every item that is read is a row of the answer. */
function isFiltered(plan: Plan): boolean {
  return plan.filter !== undefined || plan.inMemory.filter !== undefined
}

/** GetItem and BatchGetItem know no filter: what they bring is checked here. */
function isWanted(item: AttributeMap, plan: Plan, binding: EntityBinding): boolean {
  if (!isOfModel(item, binding)) return false
  const { trashed, filter } = plan
  if (binding.schema.softDeletes && trashed !== 'with' && (item['deletedAt'] === undefined) !== (trashed === 'without'))
    return false
  return filter === undefined || holds(filter, item)
}

/** True when the item's type attribute names this model; in a table of its own, every row is one. */
export function isOfModel(item: AttributeMap, binding: EntityBinding): boolean {
  if (binding.table.dedicated) return true
  const type = item[binding.table.entityTypeAttribute]
  return type !== undefined && 'S' in type && type.S === binding.schema.name
}

/** The Query or Scan request of a plan, without its page. */
export function pageInput(asked: Plan, { table }: EntityBinding): PageInput {
  const plan = asked.fetch ? { ...asked, filter: undefined, projection: table.key.names } : asked
  const compiler = new ExpressionCompiler()
  const input = {
    TableName: plan.table,
    ...(plan.index === undefined ? {} : { IndexName: plan.index }),
    ...(plan.keyCondition === undefined ? {} : { KeyConditionExpression: compiler.keyCondition(plan.keyCondition) }),
    ...(plan.filter === undefined ? {} : { FilterExpression: compiler.condition(plan.filter) }),
    ...(plan.projection === undefined
      ? {}
      : { ProjectionExpression: compiler.projection(plan.projection.map(wholly)) }),
    ...(plan.forward ? {} : { ScanIndexForward: false }),
    ...(plan.consistent ? { ConsistentRead: true } : {}),
  }
  return { ...input, ...compiler.attributes() }
}

/** Attributes are read whole: a dot in a name is part of it. */
const wholly = (name: string): Path => [name]

/** ProjectionExpression for reads by key; the type attribute comes along, to tell whose the item is. */
export function projectionOf(
  plan: Plan,
  binding: EntityBinding,
): { ProjectionExpression: string; ExpressionAttributeNames?: Record<string, string> } | undefined {
  if (plan.projection === undefined) return undefined
  const compiler = new ExpressionCompiler()
  const ProjectionExpression = compiler.projection([
    ...plan.projection.map(wholly),
    [binding.table.entityTypeAttribute],
  ])
  return { ProjectionExpression, ...compiler.attributes() }
}

/** One request as DynamoDB takes it. */
export type PlannedRequest = {
  [Name in 'GetItem' | 'BatchGetItem' | 'Query' | 'Scan']: {
    readonly operation: Name
    readonly input: OperationInput<Name>
  }
}['GetItem' | 'BatchGetItem' | 'Query' | 'Scan']

/** The first request of a plan, or undefined for a plan that needs none. */
export function requestOf(plan: Plan, binding: EntityBinding): PlannedRequest | undefined {
  const consistent = plan.consistent ? { ConsistentRead: true } : {}
  const projection = projectionOf(plan, binding)
  switch (plan.operation) {
    case 'None':
      return undefined
    case 'MergedQuery':
      return requestOf(plan.merged[0] as Plan, binding)
    case 'GetItem':
      return {
        operation: 'GetItem',
        input: { TableName: plan.table, Key: plan.keys[0] ?? {}, ...consistent, ...projection },
      }
    case 'GuardLookup':
      return {
        operation: 'GetItem',
        input: { TableName: binding.table.ledger.tableName, Key: plan.keys[0] ?? {}, ...consistent },
      }
    case 'BatchGetItem':
      return {
        operation: 'BatchGetItem',
        input: { RequestItems: { [plan.table]: { Keys: plan.keys.slice(0, 100), ...consistent, ...projection } } },
      }
    case 'Query':
      return { operation: 'Query', input: pageInput(plan, binding) as QueryInput }
    case 'Scan':
      return { operation: 'Scan', input: pageInput(plan, binding) }
  }
}

/** Sends a request of a model; a missing table or index becomes an error that says how to make it. */
export async function sendFor<Name extends OperationName>(
  binding: EntityBinding,
  plan: Pick<Plan, 'model'>,
  operation: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  try {
    return await binding.connection.send(operation, input, undefined, { model: plan.model })
  } catch (error) {
    return explainMissing(error, binding)
  }
}

/** Rethrows; a missing table says how it is made. */
export function explainMissing(error: unknown, binding: EntityBinding): never {
  if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) {
    throw new QueryError(
      'QUERY.TABLE_MISSING',
      `The table ${binding.table.tableName} of ${binding.schema.name} is not there.`,
      {
        hint: 'Create it: await DynamoDBModel.migrate().',
        cause: error,
        requestId: error.requestId,
        details: { table: binding.table.tableName },
      },
    )
  }
  throw error
}
