import { InternalError } from '../../kernel/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateOf } from '../record-state.js'
import { loadBelongsTo } from './belongs-to.js'
import { loadChildren } from './has-many.js'

/** Reads one relation of many records. */
export type RelationLoader = (
  owner: ModelBinding,
  relation: RelationSchema,
  related: ModelBinding,
  records: readonly Attributes[],
) => Promise<void>

const LOADERS: Readonly<Partial<Record<RelationSchema['type'], RelationLoader>>> = {
  belongsTo: loadBelongsTo,
  hasOne: loadChildren,
  hasMany: loadChildren,
}

/** Reads relations of records and puts each on its record as an own property: never one read for each row. */
export async function loadRelations(
  owner: ModelBinding,
  records: readonly object[],
  names: readonly string[],
): Promise<void> {
  if (records.length === 0) return
  for (const name of names) {
    const relation = owner.schema.relations.get(name)
    if (relation === undefined) throw new InternalError(`no relation "${name}"`)
    const load = LOADERS[relation.type]
    if (load === undefined) {
      throw new ModelError(
        'MODEL.RELATION_NOT_AVAILABLE',
        `${owner.schema.name}.${name} is a ${relation.type}, which this version cannot load.`,
        {
          hint: 'Available are hasOne, hasMany and belongsTo.',
        },
      )
    }
    await load(owner, relation, owner.space.related(owner.schema, relation), records as readonly Attributes[])
    for (const record of records) {
      const state = stateOf(record)
      if (state !== undefined) state.relations = [...state.relations.filter((each) => each !== name), name]
    }
  }
}
