import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { areDisjoint } from './overlap.js'
import type { Plan } from './plan.js'
import { pageInput } from './plan-request.js'
import { answersOf, readItems } from './read-items.js'
import { isExpiryKey } from './row-filters.js'

/** Parts of a merge that are counted at the same time. */
const COUNTED_AT_ONCE = 8

/**
 * Every row of a plan, a page at a time, in the plan's order. The number of rows is exact: pages are read until the
 * limit is reached or nothing is left.
 */
export async function* readPages(plan: Plan, binding: EntityBinding): AsyncGenerator<readonly AttributeMap[]> {
  let skip = plan.offset
  let left = limitOf(plan)
  if (left === 0) return
  for await (const { items } of readItems(plan, binding)) {
    const page = skip === 0 ? items : items.slice(skip)
    skip -= items.length - page.length
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

/**
 * How many rows `readPages` would bring: by COUNT requests over every page, so that no item leaves DynamoDB, wherever
 * its conditions say all.
 */
export async function countItems(plan: Plan, binding: EntityBinding): Promise<number> {
  const limit = limitOf(plan)
  if (plan.operation === 'None' || limit === 0) return 0
  const most = limit + plan.offset
  const counted = await countUpTo(most, plan, binding)
  return Math.max(0, Math.min(counted, most) - plan.offset)
}

/** How many rows there are; when there are more than so many, any number from that on. */
async function countUpTo(most: number, plan: Plan, binding: EntityBinding): Promise<number> {
  if (plan.operation === 'MergedQuery' && areDisjoint(plan.merged)) return countParts(most, plan.merged, binding)
  let count = 0
  const { filter, recognize } = plan.inMemory
  const inMemory = plan.fetch || filter !== undefined || recognize !== undefined || isExpiryKey(plan, binding)
  if ((plan.operation !== 'Query' && plan.operation !== 'Scan') || inMemory) {
    for await (const { items } of readItems(plan, binding)) {
      count += items.length
      if (count >= most) break
    }
    return count
  }
  const input = { ...pageInput({ ...plan, projection: undefined }, binding), Select: 'COUNT' } as const
  for await (const { answer } of answersOf(plan, input, binding)) {
    count += answer.Count
    if (count >= most) break
  }
  return count
}

/** With a limit the first part may do, and each time it did not, more are counted at the same time. */
async function countParts(most: number, parts: readonly Plan[], binding: EntityBinding): Promise<number> {
  let count = 0
  let width = most === Number.POSITIVE_INFINITY ? COUNTED_AT_ONCE : 1
  for (let at = 0; at < parts.length && count < most; at += width, width = Math.min(width * 2, COUNTED_AT_ONCE)) {
    const counts = await Promise.all(parts.slice(at, at + width).map((part) => countItems(part, binding)))
    for (const each of counts) count += each
  }
  return count
}

function limitOf({ limit, inMemory }: Plan): number {
  return limit ?? inMemory.limit ?? Number.POSITIVE_INFINITY
}
