import { openCursor, sealCursor } from '../keys/index.js'
import type { AttributeMap } from '../values/index.js'
import { cursorSecretOf } from './cursor-secret.js'
import type { EntityBinding } from './entity-binding.js'
import { keyNamesOf, readPages, startKeyOf } from './executor.js'
import { compareItems } from './item-sorter.js'
import type { Plan } from './plan.js'

/** A page of items and the cursors to its neighbours. */
export interface CursorPage<Row> {
  readonly data: Row[]
  /** Of the page after this one; null on the last. */
  readonly nextCursor: string | null
  /** Of the page before this one; null on the first. */
  readonly prevCursor: string | null
  /** True when there is a page after this one. */
  readonly hasMore: boolean
}

/** Where a page begins: after (or, going back, before) the item with this key. */
interface Position {
  readonly back: boolean
  /** Key attributes of the item at the edge, and the attributes it was sorted by in memory. */
  readonly edge: AttributeMap | undefined
  /** A Scan has no way back: the edges of the pages before, the last one first. */
  readonly trail?: readonly (AttributeMap | null)[]
}

/** A Scan remembers this many pages back. */
const LONGEST_TRAIL = 50
const START: Position = { back: false, edge: undefined }

/**
 * The n items after a cursor (or the first n), and the cursors to go on in either direction. Pages are full unless they
 * are the last in their direction; on a table that stands still no item is left out or comes twice.
 *
 * @param asked a plan without limit
 * @throws KeyError `KEY.CURSOR` for a cursor that was changed or came from another query
 */
export async function readCursorPage(
  asked: Plan,
  binding: EntityBinding,
  n: number,
  cursor: string | null | undefined,
): Promise<CursorPage<AttributeMap>> {
  const plan = withKeys(asked, binding)
  const secret = await cursorSecretOf(binding)
  const bound = identityOf(plan)
  const position = cursor === null || cursor === undefined ? START : (openCursor(secret, bound, cursor) as Position)
  const seal = (to: Position): string => sealCursor(secret, bound, to)
  const inPlace = plan.operation === 'Query' && plan.inMemory.sort.length === 0
  if (inPlace) return pageOfQuery(plan, binding, n, position, seal)
  if (plan.operation === 'Scan' && plan.inMemory.sort.length === 0) return pageOfScan(plan, binding, n, position, seal)
  return pageOfSorted(plan, binding, n, position, seal)
}

type Seal = (position: Position) => string

/** A Query goes on from any key, in both directions. */
async function pageOfQuery(
  plan: Plan,
  binding: EntityBinding,
  n: number,
  { back, edge }: Position,
  seal: Seal,
): Promise<CursorPage<AttributeMap>> {
  const directed = { ...plan, forward: back ? !plan.forward : plan.forward, limit: n + 1 }
  const found = await collect(directed, binding, edge)
  const more = found.length > n
  const data = found.slice(0, n)
  if (back) data.reverse()
  const [first, last] = [data[0], data.at(-1)]
  const before = back ? more : edge !== undefined
  const after = back ? edge !== undefined : more
  return {
    data,
    // Rows that a page back came from may be gone since: then the beginning is what comes next.
    nextCursor: after
      ? seal(last === undefined ? START : { back: false, edge: startKeyOf(last, plan, binding) })
      : null,
    prevCursor: before && first !== undefined ? seal({ back: true, edge: startKeyOf(first, plan, binding) }) : null,
    hasMore: after,
  }
}

/** A Scan only goes forward: the way back is the trail of pages that led here. */
async function pageOfScan(
  plan: Plan,
  binding: EntityBinding,
  n: number,
  { edge, trail = [] }: Position,
  seal: Seal,
): Promise<CursorPage<AttributeMap>> {
  const found = await collect({ ...plan, limit: n + 1 }, binding, edge)
  const data = found.slice(0, n)
  const last = data.at(-1)
  const hasMore = found.length > n && last !== undefined
  const [previous, ...older] = trail
  return {
    data,
    nextCursor: hasMore
      ? seal({
          back: false,
          edge: startKeyOf(last, plan, binding),
          trail: [edge ?? null, ...trail].slice(0, LONGEST_TRAIL),
        })
      : null,
    prevCursor: previous === undefined ? null : seal({ back: false, edge: previous ?? undefined, trail: older }),
    hasMore,
  }
}

/** Everything else is read whole and sorted in memory; a page is what comes after the edge in that order. */
async function pageOfSorted(
  plan: Plan,
  binding: EntityBinding,
  n: number,
  { back, edge }: Position,
  seal: Seal,
): Promise<CursorPage<AttributeMap>> {
  const order = plan.operation === 'MergedQuery' ? plan.order : plan.inMemory.sort
  const all = await collect(
    { ...plan, limit: undefined, inMemory: { ...plan.inMemory, sort: order, limit: undefined } },
    binding,
  )
  if (order.length === 0 || plan.operation === 'MergedQuery')
    all.sort((a, b) => compareItems(a, b, order, binding.table))
  const side = (item: AttributeMap): number => (edge === undefined ? 1 : compareItems(item, edge, order, binding.table))
  const from = all.findIndex((item) => (back ? side(item) >= 0 : side(item) > 0))
  const border = from === -1 ? all.length : from
  const [start, end] = back ? [Math.max(0, border - n), border] : [border, border + n]
  const data = all.slice(start, end)
  const [first, last] = [data[0], data.at(-1)]
  const edgeOf = (item: AttributeMap): AttributeMap =>
    pick(item, [...order.map(({ attribute }) => attribute), ...binding.table.key.names])
  return {
    data,
    nextCursor: end < all.length && last !== undefined ? seal({ back: false, edge: edgeOf(last) }) : null,
    prevCursor: start > 0 && first !== undefined ? seal({ back: true, edge: edgeOf(first) }) : null,
    hasMore: end < all.length,
  }
}

async function collect(plan: Plan, binding: EntityBinding, start?: AttributeMap): Promise<AttributeMap[]> {
  const items: AttributeMap[] = []
  for await (const page of readPages(plan, binding, start)) for (const item of page) items.push(item)
  return items
}

function pick(item: AttributeMap, names: readonly string[]): AttributeMap {
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))
}

/** What a cursor belongs to: the query, not its page. */
function identityOf(plan: Plan): string {
  const { model, table, operation, index, keys, keyCondition, filter, forward, inMemory, trashed, order } = plan
  const merged = plan.merged.map(identityOf)
  const identity = {
    model,
    table,
    operation,
    index,
    keys,
    keyCondition,
    filter,
    forward,
    sort: inMemory.sort,
    check: inMemory.filter,
    trashed,
    order,
    merged,
  }
  return JSON.stringify(identity)
}

/** A selection lacks the keys that pages are cut at. */
function withKeys(plan: Plan, binding: EntityBinding): Plan {
  if (plan.projection === undefined || plan.operation === 'MergedQuery') return plan
  return { ...plan, projection: [...new Set([...plan.projection, ...keyNamesOf(plan, binding)])] }
}
