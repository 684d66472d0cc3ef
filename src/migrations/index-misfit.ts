import type { IndexDescription, TableDescription } from '../drivers/index.js'
import type { IndexDesign } from '../single-table/index.js'

/**
 * Why an index that the table has under the name of a design cannot stand for it, in words; undefined when it can. One
 * that holds more than was asked for can: what is read from it is there.
 */
export function indexMisfit(
  design: IndexDesign,
  there: IndexDescription,
  { AttributeDefinitions = [] }: TableDescription,
): string | undefined {
  const types = new Map(AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]))
  const now = there.KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} (${types.get(AttributeName)}, ${KeyType})`,
  )
  const wanted = [
    ...design.key.partition.map(({ name, type }) => `${name} (${type}, HASH)`),
    ...design.key.sort.map(({ name, type }) => `${name} (${type}, RANGE)`),
  ]
  if (now.join() !== wanted.join())
    return `its index ${design.name} has the key ${now.join(', ')}, and the models need ${wanted.join(', ')}`
  const { ProjectionType, NonKeyAttributes = [] } = there.Projection
  if (ProjectionType === 'ALL' || design.projection === 'KEYS_ONLY') return undefined
  if (design.projection === 'ALL') return `its index ${design.name} holds ${ProjectionType}, and the models need ALL`
  const held = new Set([...NonKeyAttributes, ...design.key.names])
  const lacking = design.projection.filter((name) => !held.has(name))
  return lacking.length === 0 ? undefined : `its index ${design.name} does not hold ${lacking.join(', ')}`
}
