import { type EagerLoad, PivotQuery, unknownRelation } from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { loadChildren } from './children.js'
import { loadMorphParents, loadParents } from './parents.js'
import { isOverPivot, loadMany, putAlong } from './pivots.js'
import { type RelatedQuery, type RelationLoad, relatedQuery } from './relation-load.js'
import { loadThrough } from './through.js'

/** Reads one relation of many records and puts it on each; gives all rows that were read. */
type RelationLoader = (load: RelationLoad) => Promise<readonly Attributes[]>

const LOADERS: Readonly<Record<RelationSchema['type'], RelationLoader>> = {
  belongsTo: loadParents,
  morphTo: loadMorphParents,
  hasOne: loadChildren,
  hasMany: loadChildren,
  morphOne: loadChildren,
  morphMany: loadChildren,
  hasOneThrough: loadThrough,
  hasManyThrough: loadThrough,
  belongsToMany: loadMany,
  morphToMany: loadMany,
  morphedByMany: loadMany,
}

/**
 * Reads relations of records and puts each on its record as an own property: never one read for each row. What is to be
 * read along with the related rows is read for all of them together.
 */
export async function loadRelations(
  owner: ModelBinding,
  records: readonly object[],
  loads: readonly EagerLoad[],
): Promise<void> {
  if (records.length === 0) return
  for (const load of loads) {
    const relation = owner.schema.relations.get(load.relation)
    if (relation === undefined) throw unknownRelation(owner.schema, load.relation)
    const queries = new Map<ModelBinding, RelatedQuery>()
    const query = (related: ModelBinding): RelatedQuery => {
      const known = queries.get(related) ?? relatedQuery(related, load, isOverPivot(relation) ? PivotQuery : undefined)
      queries.set(related, known)
      return known
    }
    const rows = await LOADERS[relation.type]({
      owner,
      relation,
      records: records as readonly Attributes[],
      query,
    })
    for (const record of records as readonly Attributes[])
      if (Object.hasOwn(record, load.relation)) putAlong(record, load.relation, record[load.relation])
    for (const [related, { nested }] of queries) {
      const mine = rows.filter((row) => row instanceof related.model)
      if (nested.length > 0) await related.load(mine, nested)
    }
  }
}
