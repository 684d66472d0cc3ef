import type { ReadManyOutput } from '../../drivers/index.js'
import { type EagerLoad, explainMissing, type Plan } from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { type EntityDesign, keyText, partText } from '../../single-table/index.js'
import { type AttributeMap, equalAttributeValues } from '../../values/index.js'
import { isLive } from '../find.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { putAlong } from './pivots.js'
import { noteSiblings } from './siblings.js'

/** A relation whose rows are in the partition of the row they belong to. */
interface Member {
  readonly load: EagerLoad
  readonly relation: RelationSchema
  readonly related: ModelBinding
}

/**
 * A row and the rows of its relations by one Query, where they share a partition and nothing else is in it. DynamoDB: "item
 * collection".
 *
 * @param isWanted whether the row itself is one that was asked for
 * @returns undefined where that cannot be: row and relations are then read by themselves
 */
export async function readCollection(
  owner: ModelBinding,
  plan: Plan,
  loads: readonly EagerLoad[],
  isWanted: (item: AttributeMap) => boolean,
): Promise<readonly object[] | undefined> {
  const [key] = plan.keys
  const members = membersOf(owner, loads)
  if (members === undefined || key === undefined || plan.projection !== undefined) return undefined
  const items = await itemsBeside(owner, key, plan.consistent)
  const text = keyText(owner.table, key)
  const item = items.find((each) => keyText(owner.table, each) === text)
  const record = item !== undefined && isWanted(item) ? (owner.rowOf(item) as Attributes | undefined) : undefined
  if (item === undefined || record === undefined) return []
  if (owner.retrieved !== undefined) await owner.retrieved([record])
  for (const { load, relation, related } of members) {
    const value = item[relation.localKey ?? owner.schema.primaryKey]
    const rows = items.flatMap((each) => {
      const mine = each[relation.foreignKey]
      const belongs = value !== undefined && mine !== undefined && equalAttributeValues(mine, value)
      return belongs && isLive(related, each) ? (related.rowOf(each) ?? []) : []
    })
    noteSiblings(related, rows)
    if (related.retrieved !== undefined) await related.retrieved(rows)
    putAlong(record, relation.name, relation.type === 'hasOne' ? (rows[0] ?? null) : rows)
    if (load.nested.length > 0) await related.load(rows, load.nested)
  }
  return [record]
}

/** The relations, if all of them are in the partition of their row, and no other rows are. */
function membersOf(owner: ModelBinding, loads: readonly EagerLoad[]): readonly Member[] | undefined {
  const { schema, space, table, design } = owner
  if (table.dedicated || table.key.partition.length !== 1) return undefined
  const shape = shapeOf(design)
  const members: Member[] = []
  for (const load of loads) {
    const relation = schema.relations.get(load.relation)
    if (relation === undefined || load.constrain !== undefined) return undefined
    if (relation.type !== 'hasMany' && relation.type !== 'hasOne') return undefined
    const related = space.related(schema, relation)
    const { partition } = related.design.primary
    if (related.table !== table || shapeOf(related.design) !== shape) return undefined
    if (partition.attributes.join() !== relation.foreignKey) return undefined
    if (design.primary.partition.attributes.join() !== (relation.localKey ?? schema.primaryKey)) return undefined
    members.push({ load, relation, related })
  }
  const known = new Set([schema.name, ...members.map(({ related }) => related.schema.name)])
  for (const [name, entity] of table.entities) if (!known.has(name) && shapeOf(entity) === shape) return undefined
  return members
}

/** The text of a partition key without the names in it: `CUSTOMER#{}`. */
function shapeOf({ primary }: EntityDesign): string {
  return primary.partition.parts.map((part) => partText(part).replace(/\{[^}]*\}/g, '{}')).join()
}

/** Every item of a partition. */
async function itemsBeside(
  owner: ModelBinding,
  key: AttributeMap,
  consistent: boolean,
): Promise<readonly AttributeMap[]> {
  const { connection, table, context } = owner
  const [partition] = table.key.partition
  const name = partition?.name ?? ''
  const items: AttributeMap[] = []
  let after: AttributeMap | undefined
  do {
    const answer: ReadManyOutput = await connection
      .send(
        'Query',
        {
          TableName: table.tableName,
          KeyConditionExpression: '#pk = :pk',
          ExpressionAttributeNames: { '#pk': name },
          ExpressionAttributeValues: { ':pk': key[name] as AttributeMap[string] },
          ...(consistent ? { ConsistentRead: true } : {}),
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        },
        undefined,
        context,
      )
      .catch((error: unknown) => explainMissing(error, owner))
    for (const item of answer.Items ?? []) items.push(item)
    after = answer.LastEvaluatedKey
  } while (after !== undefined)
  return items
}
