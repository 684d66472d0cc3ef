import { openCursor, sealCursor } from '../keys/index.js'
import { tenantOf } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'
import { type BranchPosition, readBranches } from './branch-page.js'
import { cursorSecretOf } from './cursor-secret.js'
import type { EntityBinding } from './entity-binding.js'
import { compareItems, ItemSorter } from './item-sorter.js'
import { keyNamesOf, startKeyOf } from './key-places.js'
import type { Plan } from './plan.js'
import { readItems } from './read-items.js'

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

/** What is in a cursor: a direction, and where to begin. */
interface Position<At> {
  readonly back: boolean
  /** Undefined at the very beginning of the direction. */
  readonly at: At | undefined
}

/** What one page's reading found. */
export interface FoundRows<At> {
  /** In the direction that was read. */
  readonly rows: AttributeMap[]
  /** Where the next page of this direction begins; undefined when nothing is left. */
  readonly onward: At | undefined
  /** Where the rows before these begin, read in the other direction. */
  readonly backward: At | undefined
}

type Reader<At> = (
  plan: Plan,
  binding: EntityBinding,
  n: number,
  back: boolean,
  at: At | undefined,
) => Promise<FoundRows<At>>

/**
 * The n items after a cursor (or the first n), and the cursors to go on in either direction. Pages are full unless they
 * are the last in their direction; on a table that stands still no item is left out or comes twice.
 *
 * @param plan a plan without limit
 * @param moments texts of keys and values that are another for each page: the moment it is
 * @throws KeyError `KEY.CURSOR` for a cursor that was changed or came from another query
 */
export async function readCursorPage(
  plan: Plan,
  binding: EntityBinding,
  n: number,
  cursor: string | null | undefined,
  moments: readonly string[] = [],
): Promise<CursorPage<AttributeMap>> {
  const secret = await cursorSecretOf(binding)
  const bound = moments.reduce(
    (text, moment) => text.replaceAll(moment, 'now'),
    identityOf(plan, tenantOf(binding.connection)),
  )
  const given = cursor === null || cursor === undefined ? undefined : openCursor(secret, bound, cursor)
  const seal: Seal = (to) => sealCursor(secret, bound, to)
  if (plan.inMemory.pages) return pageBothWays<AttributeMap>(readSorted, plan, binding, n, given, seal)
  if (plan.operation === 'Scan') return pageOfScan(plan, binding, n, given, seal)
  return pageBothWays<BranchPosition>(readBranches, plan, binding, n, given, seal)
}

type Seal = (position: Position<unknown>) => string

/** A page of rows that can be read in both directions. */
async function pageBothWays<At>(
  read: Reader<At>,
  plan: Plan,
  binding: EntityBinding,
  n: number,
  given: unknown,
  seal: Seal,
): Promise<CursorPage<AttributeMap>> {
  const { back, at } = (given ?? { back: false, at: undefined }) as Position<At>
  const { rows, onward, backward } = await read(plan, binding, n, back, at)
  const along = onward === undefined ? null : seal({ back, at: onward })
  // Without rows (they may be gone since), all there is lies behind.
  const against = at === undefined ? null : seal({ back: !back, at: rows.length === 0 ? undefined : backward })
  const [nextCursor, prevCursor] = back ? [against, along] : [along, against]
  return { data: back ? rows.reverse() : rows, nextCursor, prevCursor, hasMore: nextCursor !== null }
}

/** The edges of the pages before, the last one first: a Scan has no way back of its own. */
interface ScanPosition {
  readonly edge: AttributeMap | null
  readonly trail: readonly (AttributeMap | null)[]
}

/** A Scan remembers this many pages back. */
const LONGEST_TRAIL = 50

/** A Scan only goes forward: the way back is the trail of pages that led here. */
async function pageOfScan(
  asked: Plan,
  binding: EntityBinding,
  n: number,
  given: unknown,
  seal: Seal,
): Promise<CursorPage<AttributeMap>> {
  const plan = withAttributes(asked, keyNamesOf(asked, binding))
  const { edge, trail } = (given as Position<ScanPosition> | undefined)?.at ?? { edge: null, trail: [] }
  const data: AttributeMap[] = []
  let hasMore = false
  for await (const { items } of readItems(plan, binding, { start: edge ?? undefined, wanted: n + 1 })) {
    hasMore = data.length + items.length > n
    for (const item of items.slice(0, n - data.length)) data.push(item)
    if (hasMore) break
  }
  const last = data.at(-1)
  const [previous, ...older] = trail
  const to = (at: ScanPosition): string => seal({ back: false, at })
  return {
    data,
    nextCursor:
      hasMore && last !== undefined
        ? to({ edge: startKeyOf(last, plan, binding), trail: [edge, ...trail].slice(0, LONGEST_TRAIL) })
        : null,
    prevCursor: previous === undefined ? null : to({ edge: previous, trail: older }),
    hasMore,
  }
}

/**
 * Where no key has the order, a page reads everything and keeps the first n rows after the edge: memory for a page, and
 * the reads of the whole.
 */
async function readSorted(
  asked: Plan,
  binding: EntityBinding,
  n: number,
  back: boolean,
  edge: AttributeMap | undefined,
): Promise<FoundRows<AttributeMap>> {
  const { order } = asked
  const names = [...new Set([...order.map(({ attribute }) => attribute), ...binding.table.key.names])]
  const sign = back ? -1 : 1
  const compare = (a: AttributeMap, b: AttributeMap): number => sign * compareItems(a, b, order, binding.table)
  const sorter = new ItemSorter(compare, n + 1)
  for await (const { items } of readItems(unsorted(withAttributes(asked, names)), binding)) {
    for (const item of items) if (edge === undefined || compare(item, edge) > 0) sorter.add(item)
  }
  const found = sorter.sorted()
  const rows = found.slice(0, n)
  const edgeOf = (item: AttributeMap | undefined): AttributeMap | undefined =>
    item && Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))
  return {
    rows,
    onward: found.length > n ? edgeOf(rows.at(-1)) : undefined,
    backward: edgeOf(rows[0]),
  }
}

/** The same rows in any order. */
function unsorted(plan: Plan): Plan {
  return {
    ...plan,
    order: [],
    inMemory: { ...plan.inMemory, sort: [], limit: undefined },
    merged: plan.merged.map(unsorted),
  }
}

/** A selection lacks what pages are cut at. */
function withAttributes(plan: Plan, names: readonly string[]): Plan {
  if (plan.projection === undefined) return plan
  return { ...plan, projection: [...new Set([...plan.projection, ...names])] }
}

/** What a cursor belongs to: the query, not its page. */
function identityOf(plan: Plan, tenant: string | undefined): string {
  const { model, table, operation, index, keys, keyCondition, filter, forward, inMemory, trashed, expiry, order } = plan
  const merged = plan.merged.map((part) => identityOf(part, tenant))
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
    ...(expiry === undefined ? {} : { expiry }),
    order,
    merged,
    ...(tenant === undefined ? {} : { tenant }),
  }
  return JSON.stringify(identity)
}
