import { withArticle } from '../../kernel/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { primaryKeyOf } from '../../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../../values/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { RecordState } from '../record-state.js'
import type { CompanionWrite } from '../row-write.js'

/** A number that rows of another model keep of how many rows of a model belong to them. */
export interface CounterCache {
  readonly owner: ModelBinding
  readonly relation: RelationSchema
  /** The attribute of the owner: `postsCount`. */
  readonly attribute: string
  /** Attributes of the counted row that say whose it is, and whether it counts. */
  readonly watched: readonly string[]
  /** The attribute that says that the counted row is soft-deleted. */
  readonly deletedAt: string
}

/** The counters that rows of a model are counted in. @throws ModelError `MODEL.INVALID_INPUT` for one that cannot be kept */
export function countersOf(child: ModelBinding): readonly CounterCache[] {
  return child.space.models.flatMap((owner) =>
    [...owner.schema.relations.values()].flatMap((relation): readonly CounterCache[] => {
      const { counter, foreignKey, morph, name } = relation
      if (counter === undefined || owner.space.related(owner.schema, relation) !== child) return []
      const { primary } = owner.design
      const key = relation.localKey ?? owner.schema.primaryKey
      if ([...primary.partition.attributes, ...primary.sort.attributes].some((each) => each !== key))
        throw new ModelError(
          'MODEL.INVALID_INPUT',
          `${owner.schema.name}.${name} cannot be counted: ${child.schema.name}.${foreignKey} does not say the whole key of its ${owner.schema.name}.`,
          { hint: 'Leave counterCache out, and use withCount.', details: { model: owner.schema.name, relation: name } },
        )
      const watched = [
        foreignKey,
        ...(morph === undefined ? [] : [`${morph}Type`]),
        ...(child.schema.softDeletes ? [child.schema.deletedAt] : []),
      ]
      return [{ owner, relation, attribute: counter, watched, deletedAt: child.schema.deletedAt }]
    }),
  )
}

/**
 * The changes of counters that a change of a row brings: the row before and after. Rows that are soft-deleted do not count.
 */
export function counterWrites(
  { binding, orphaned }: RecordState,
  before: AttributeMap | undefined,
  after: AttributeMap | undefined,
  orphan: (owner: string) => void,
): readonly CompanionWrite[] {
  return binding.counters.flatMap((counter): readonly CompanionWrite[] => {
    const [old, now] = [before && ownerIn(counter, before), after && ownerIn(counter, after)]
    if (old !== undefined && now !== undefined && textOf(old) === textOf(now)) return []
    const writes: CompanionWrite[] = []
    if (now !== undefined) writes.push(countWrite(counter, now, 1, () => missingOwner(binding, counter)))
    if (old !== undefined && !orphaned?.has(textOf(old)))
      writes.push(countWrite(counter, old, -1, () => orphan(textOf(old))))
    return writes
  })
}

/** The key of the row that counts an item; undefined where none does. */
function ownerIn({ owner, relation, deletedAt }: CounterCache, item: AttributeMap): AttributeMap | undefined {
  const { foreignKey, morph, localKey = owner.schema.primaryKey } = relation
  const key = item[foreignKey]
  if (key === undefined || 'NULL' in key || item[deletedAt] !== undefined) return undefined
  if (morph !== undefined && !isText(item[`${morph}Type`], owner.schema.name)) return undefined
  return primaryKeyOf(owner.design, { [localKey]: key })
}

function isText(value: AttributeValue | undefined, text: string): boolean {
  return value !== undefined && 'S' in value && value.S === text
}

const textOf = (key: AttributeMap): string => JSON.stringify(key)

function countWrite(
  { owner, attribute }: CounterCache,
  key: AttributeMap,
  by: 1 | -1,
  refused: () => void,
): CompanionWrite {
  const { table, partitionKeyName } = owner
  return {
    write: {
      Update: {
        TableName: table.tableName,
        Key: key,
        UpdateExpression: 'ADD #count :by',
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { ...partitionKeyName, '#count': attribute },
        ExpressionAttributeValues: { ':by': { N: String(by) } },
      },
    },
    count: { owner, key, attribute, by },
    refused,
  }
}

/** A row that is to be counted has an owner that is not there. */
function missingOwner({ schema }: ModelBinding, { owner, relation }: CounterCache): never {
  throw new ModelError(
    'MODEL.PARENT_NOT_FOUND',
    `The ${schema.name} belongs to ${withArticle(owner.schema.name)} that is not there (${relation.foreignKey}).`,
    {
      hint: `Nothing was written: ${owner.schema.name}.${relation.name} is counted, and there is no row to count it.`,
      details: { model: schema.name, relation: `${owner.schema.name}.${relation.name}` },
    },
  )
}
