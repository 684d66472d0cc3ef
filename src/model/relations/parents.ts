import { isDynamoDBToolingError, ToldSites } from '../../kernel/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { distribute, type RelationLoad, rowsByValue, valuesOf } from './relation-load.js'

/** `belongsTo`: the owners of many records, one BatchGetItem for all distinct keys. */
export async function loadParents(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation } = load
  return loadFrom(load, owner.space.related(owner.schema, relation))
}

/**
 * `morphTo`: owners of several models, a BatchGetItem for each model. A row whose model is not known keeps its relation
 * unread: whoever asks for it gets the error, and the other rows come all the same.
 */
export async function loadMorphParents(load: RelationLoad): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const typeKey = `${relation.morph ?? ''}Type`
  const byType = new Map<unknown, Attributes[]>()
  for (const record of records) {
    const type = record[typeKey]
    if (type === undefined || type === null) {
      record[relation.name] = null
      continue
    }
    const group = byType.get(type)
    if (group === undefined) byType.set(type, [record])
    else group.push(record)
  }
  const loaded: Attributes[] = []
  for (const [type, group] of byType) {
    const related = knownModel(owner, relation, typeKey, type)
    if (related === undefined) continue
    for (const row of await loadFrom({ ...load, records: group }, related)) loaded.push(row)
  }
  return loaded
}

/** Types that were warned of, by relation on one connection. */
const warned = new ToldSites()

/** The model of this name, or undefined for one that is not known: it is told once. */
function knownModel(
  owner: ModelBinding,
  relation: RelationSchema,
  typeKey: string,
  type: unknown,
): ModelBinding | undefined {
  const { schema, connection, space } = owner
  try {
    if (typeof type === 'string') return space.related(schema, { ...relation, model: type })
    throw new ModelError('MODEL.UNKNOWN_MODEL', `${schema.name}.${typeKey} holds no name of a model.`)
  } catch (error) {
    const { misfits } = connection.config.queryBuilder
    if (misfits === 'throw' || !isDynamoDBToolingError(error, 'MODEL.UNKNOWN_MODEL')) throw error
    if (warned.isNew(connection, `${schema.name}.${relation.name} ${String(type)}`))
      process.emitWarning(`${error.message} ${error.hint ?? ''} The relation of such rows is not read.`, {
        type: 'MisfitWarning',
        code: 'MODEL.UNKNOWN_MODEL',
      })
    return undefined
  }
}

async function loadFrom(load: RelationLoad, related: ModelBinding): Promise<readonly Attributes[]> {
  const { owner, relation, records } = load
  const values = valuesOf(owner, relation.foreignKey, records)
  const ownerKey = relation.localKey ?? related.schema.primaryKey
  const groups = await rowsByValue(related, ownerKey, [...values.values()], load.query(related))
  distribute(load, relation.foreignKey, values, groups, (record, rows) => {
    record[relation.name] = rows[0] ?? null
  })
  return groups.flat()
}
