import type { KeyAttribute, TableDesign } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import type { Plan } from './plan.js'
import type { QuerySpec } from './query-spec.js'

/** The table or an index, by its key attributes: what raw keys are given for. */
export interface KeyPlace {
  /** Name of the index; undefined for the table itself. */
  readonly index: string | undefined
  readonly partition: KeyAttribute
  /** Undefined for a key of the partition attribute alone. */
  readonly sort: KeyAttribute | undefined
}

/** The index a query insists on, by the name it has in the table; undefined when it names none. */
export function askedIndex({ index }: QuerySpec, { design }: EntityBinding): string | undefined {
  if (index === undefined) return undefined
  return design.secondary.find(({ name }) => name === index)?.index ?? index
}

/** The table first, then its indexes; those with several attributes on one side take no raw keys and are left out. */
export function keyPlaces(table: TableDesign): readonly KeyPlace[] {
  return [{ name: undefined, key: table.key }, ...table.indexes].flatMap(({ name, key }) => {
    const [partition] = key.partition
    if (partition === undefined || key.partition.length > 1 || key.sort.length > 1) return []
    return [{ index: name, partition, sort: key.sort[0] }]
  })
}

/** The key that a plan goes on after: that of the table, and of the index it reads. */
export function startKeyOf(item: AttributeMap, plan: Plan, binding: EntityBinding): AttributeMap {
  return Object.fromEntries(keyNamesOf(plan, binding).map((name) => [name, item[name] as AttributeValue]))
}

/** The key attributes of the table and of the index a plan reads. */
export function keyNamesOf(plan: Plan, { table }: EntityBinding): readonly string[] {
  const index = table.indexes.find(({ name }) => name === plan.index)
  return [...new Set([...table.key.names, ...(index?.key.names ?? [])])]
}
