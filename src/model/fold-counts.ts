import type { TransactWriteItem } from '../drivers/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'
import type { CompanionWrite, Count, RowWrite } from './row-write.js'

/** All changes of counters of one row. */
interface Tally {
  readonly owner: ModelBinding
  readonly key: AttributeMap
  readonly by: Map<string, number>
  readonly refused: (() => void)[]
  /** What to do where rows are to be counted and the row is not there. */
  readonly missing: (() => void)[]
  /** The write that it came with first. */
  readonly at: number
}

/**
 * A transaction writes each item once (DynamoDB: TransactWriteItems), so changes of counters of one row become one write;
 * where the row itself is written, they become part of that.
 */
export function foldCounts(writes: readonly RowWrite[]): readonly RowWrite[] {
  const tallies = tally(writes)
  if (tallies.size === 0) return writes
  const mains = new Map(writes.map(({ main, binding }, i) => [placeOf(main, binding), i]))
  const folded = writes.map((write) => ({ ...write, companions: write.companions.filter(({ count }) => !count) }))
  for (const [place, each] of tallies) {
    const main = mains.get(place)
    if (main !== undefined && 'Delete' in (writes[main] as RowWrite).main) for (const missing of each.missing) missing()
    const adds = [...each.by].filter(([, by]) => by !== 0)
    if (adds.length === 0) continue
    const target = folded[main ?? each.at] as RowWrite & { companions: CompanionWrite[] }
    folded[main ?? each.at] =
      main === undefined
        ? { ...target, companions: [...target.companions, countsOf(each, adds)] }
        : { ...target, main: withCounts(target.main, adds) }
  }
  return folded
}

function tally(writes: readonly RowWrite[]): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>()
  for (const [at, { companions }] of writes.entries())
    for (const { count, refused } of companions) {
      if (count === undefined) continue
      const place = textOf(count.owner.table.tableName, count.key)
      const known: Tally = tallies.get(place) ?? {
        owner: count.owner,
        key: count.key,
        by: new Map(),
        refused: [],
        missing: [],
        at,
      }
      tallies.set(place, known)
      known.by.set(count.attribute, (known.by.get(count.attribute) ?? 0) + count.by)
      if (refused === undefined) continue
      known.refused.push(refused)
      if (count.by > 0) known.missing.push(refused)
    }
  return tallies
}

type Adds = readonly (readonly [attribute: Count['attribute'], by: number])[]

function countsOf({ owner, key, refused }: Tally, adds: Adds): CompanionWrite {
  return {
    write: {
      Update: {
        TableName: owner.table.tableName,
        Key: key,
        ConditionExpression: 'attribute_exists(#pk)',
        ...expressionOf(adds, { names: owner.partitionKeyName, values: {}, update: '' }),
      },
    },
    refused: () => {
      for (const each of refused) each()
    },
  }
}

/** The write of a row together with its counters; a row that is deleted needs none. */
function withCounts(main: TransactWriteItem, adds: Adds): TransactWriteItem {
  if ('Delete' in main) return main
  if ('Put' in main) {
    const counts = adds.map(([name, by]) => {
      const before = main.Put.Item[name]
      return [name, { N: String(by + Number(before !== undefined && 'N' in before ? before.N : 0)) }]
    })
    return { Put: { ...main.Put, Item: { ...main.Put.Item, ...Object.fromEntries(counts) } } }
  }
  const given = 'Update' in main ? main.Update : main.ConditionCheck
  const update = 'Update' in main ? main.Update.UpdateExpression : ''
  return {
    Update: {
      ...given,
      ...expressionOf(adds, {
        names: given.ExpressionAttributeNames ?? {},
        values: given.ExpressionAttributeValues ?? {},
        update,
      }),
    },
  }
}

/** An update expression with the counters in its ADD section. DynamoDB: each section can be there once. */
function expressionOf(
  adds: Adds,
  { names, values, update }: { names: Readonly<Record<string, string>>; values: AttributeMap; update: string },
) {
  const added = adds.map((_, i) => `#count${i} :count${i}`).join(', ')
  const section = /(^| )ADD /
  return {
    UpdateExpression: section.test(update)
      ? update.replace(section, `$1ADD ${added}, `)
      : `${update}${update === '' ? '' : ' '}ADD ${added}`,
    ExpressionAttributeNames: { ...names, ...Object.fromEntries(adds.map(([name], i) => [`#count${i}`, name])) },
    ExpressionAttributeValues: {
      ...values,
      ...Object.fromEntries(adds.map(([, by], i) => [`:count${i}`, { N: String(by) }])),
    },
  }
}

function placeOf(write: TransactWriteItem, { table }: ModelBinding): string {
  const at =
    'Put' in write
      ? write.Put
      : 'Update' in write
        ? write.Update
        : 'Delete' in write
          ? write.Delete
          : write.ConditionCheck
  const item = 'Item' in at ? at.Item : at.Key
  return textOf(at.TableName, Object.fromEntries(table.key.names.map((name) => [name, item[name]])) as AttributeMap)
}

function textOf(table: string, key: AttributeMap): string {
  return JSON.stringify([
    table,
    ...Object.keys(key)
      .sort()
      .map((name) => key[name]),
  ])
}
