import type { AttributeMap } from '../values/index.js'
import type { FoundRows } from './cursor-page.js'
import type { EntityBinding } from './entity-binding.js'
import { keyNamesOf, startKeyOf } from './key-places.js'
import { type Pages, runsOf, Source, shareOf } from './merge.js'
import { earlierOverlaps, type Judge, judgeOf } from './overlap.js'
import type { Plan } from './plan.js'
import { readItems } from './read-items.js'

/**
 * Where each branch of a merge goes on: after its own key, or from its start (null). Branches that are read one after
 * the other have a key for the one whose turn it is.
 */
export interface BranchPosition {
  /** The branch of the first key. */
  readonly branch: number
  /** Without the partition key: the branch has it. */
  readonly keys: readonly (AttributeMap | null)[]
}

/**
 * The next n rows of a plan whose branches (a plan that is not merged has one) each go on from a key of their own. Rows
 * that are equal in the order come by branch, and in a branch as its keys have them: a total order, the same backwards.
 * A row that several branches bring is the first one's, on whatever page.
 */
export async function readBranches(
  plan: Plan,
  binding: EntityBinding,
  n: number,
  back: boolean,
  at: BranchPosition | undefined,
): Promise<FoundRows<BranchPosition>> {
  const isMerged = plan.operation === 'MergedQuery'
  const parts = isMerged ? plan.merged : [plan]
  const order = (isMerged ? plan.order : []).map((by) => ({ ...by, descending: by.descending !== back }))
  const sequence = order.length === 0
  const range = shareOf(parts.length, n + 1, order)
  const branches = earlierOverlaps(parts).map((earlier, i) => {
    const start = at?.keys[i - at.branch] ?? undefined
    return branchOf(parts[i] as Plan, i, earlier, binding, back, range, start)
  })
  // Those behind the one whose turn it is are done.
  const left = branches.filter(({ source }) => {
    if (!sequence || at === undefined) return true
    return back ? source.branch <= at.branch : source.branch >= at.branch
  })
  if (back) left.reverse()

  const rows: AttributeMap[] = []
  let [first, last]: (Branch | undefined)[] = []
  let more = false
  const sources = left.map(({ source }) => source)
  for await (const { source, length } of runsOf(sources, order)) {
    more = rows.length === n
    if (more) break
    for (const item of source.take(Math.min(length, n - rows.length))) rows.push(item)
    last = branches[source.branch]
    first ??= last
  }
  const positionOf = (
    branch: Branch | undefined,
    keyOf: (branch: Branch) => AttributeMap | null,
  ): BranchPosition | undefined => {
    if (!sequence) return { branch: 0, keys: branches.map(keyOf) }
    return branch === undefined ? undefined : { branch: branch.source.branch, keys: [keyOf(branch)] }
  }
  return {
    rows,
    onward: more ? positionOf(last, (branch) => branch.reached()) : undefined,
    backward: positionOf(first, (branch) => branch.entered()),
  }
}

/** One branch under way. */
interface Branch {
  readonly source: Source
  /** The key to go on after. */
  reached(): AttributeMap | null
  /** The key to go back before; null when everything is before. */
  entered(): AttributeMap | null
}

function branchOf(
  plan: Plan,
  branch: number,
  earlier: readonly Plan[],
  binding: EntityBinding,
  back: boolean,
  range: ReturnType<typeof shareOf>,
  start: AttributeMap | undefined,
): Branch {
  const judges = earlier.map((each) => judgeOf(each, binding))
  const known = Object.fromEntries((plan.keyCondition?.partition ?? []).map(({ name, value }) => [name, value]))
  const strip = (key: AttributeMap): AttributeMap =>
    Object.fromEntries(Object.entries(key).filter(([name]) => !Object.hasOwn(known, name)))
  const keyOf = (item: AttributeMap | undefined): AttributeMap | undefined =>
    item === undefined ? undefined : startKeyOf(item, plan, binding)
  const directed = { ...withAttributes(plan, judges, binding), forward: plan.forward !== back }
  const from = start === undefined ? undefined : { ...known, ...start }
  const pages = readItems(directed, binding, { ...range, start: from })
  const source = new Source(branch, judges.length === 0 ? pages : without(pages, judges))
  const stored = (key: AttributeMap | undefined): AttributeMap | null => (key === undefined ? null : strip(key))
  return {
    source,
    // A page that brought nothing yet is not read twice: what it began after is farther on than the last row.
    reached: () => stored(keyOf(source.last) ?? source.after ?? from),
    entered: () => stored(keyOf(source.first)),
  }
}

/** A selection lacks the keys that pages are cut at, and what tells whether an earlier branch brings the row. */
function withAttributes(plan: Plan, judges: readonly Judge[], binding: EntityBinding): Plan {
  if (plan.projection === undefined) return plan
  const needed = [...keyNamesOf(plan, binding), ...judges.flatMap(({ attributes }) => attributes)]
  return { ...plan, projection: [...new Set([...plan.projection, ...needed])] }
}

async function* without(pages: Pages, judges: readonly Judge[]): Pages {
  for await (const { items, after } of pages)
    yield { items: items.filter((item) => !judges.some((judge) => judge.brings(item))), after }
}
