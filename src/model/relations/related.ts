import {
  condition,
  EMPTY_SPEC,
  type Query,
  QueryBuilder,
  type QuerySpec,
  type ScopeMethods,
  unknownRelation,
} from '../../query/index.js'
import type { ModelType, PivotOf, RelationSchema } from '../../schema/index.js'
import type { ModelBinding, ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { ChildrenRelation, type SuppliedBy } from './children-relation.js'
import { farRows } from './far-rows.js'
import { ManyRelation } from './many-relation.js'
import { ParentRelation } from './parent-relation.js'
import { ownedSpec, type RelationOrigin, relationBuilder } from './relation-origin.js'

/** The query of a record's relation. @throws QueryError `QUERY.UNKNOWN_RELATION` for a relation the model does not have */
export function relationOf(owner: ModelBinding, record: Attributes, name: string): QueryBuilder<any, any> {
  const relation = owner.schema.relations.get(name)
  if (relation === undefined) throw unknownRelation(owner.schema, name)
  const origin: RelationOrigin = { record, owner, relation, related: relatedTo(owner, record, relation) }
  switch (relation.type) {
    case 'hasOne':
    case 'hasMany':
    case 'morphOne':
    case 'morphMany':
      return relationBuilder(ChildrenRelation, origin, ownedSpec(origin))
    case 'belongsTo':
    case 'morphTo':
      return relationBuilder(ParentRelation, origin, parentSpec(origin))
    case 'belongsToMany':
    case 'morphToMany':
    case 'morphedByMany':
      return relationBuilder(ManyRelation, origin, EMPTY_SPEC, farRows(origin))
    case 'hasOneThrough':
    case 'hasManyThrough':
      return relationBuilder(QueryBuilder, origin, EMPTY_SPEC, farRows(origin))
  }
}

declare module '../../schema/relation-types.js' {
  interface RelationQueries<M extends ModelType, D> {
    hasOne: Children<M, D>
    hasMany: Children<M, D>
    morphOne: Children<M, D>
    morphMany: Children<M, D>
    belongsTo: ParentRelation<Class<M>> & ScopeMethods<M>
    morphTo: ParentRelation<any>
    belongsToMany: OverPivot<M, PivotOf<D>>
    morphToMany: OverPivot<M, PivotOf<D>>
    morphedByMany: OverPivot<M, PivotOf<D>>
    hasOneThrough: Query<M>
    hasManyThrough: Query<M>
  }
}
declare module '../../schema/pivot-types.js' {
  // oxlint-disable-next-line typescript/no-empty-object-type -- it is what records are
  interface PivotRecord extends InstanceType<ModelClass> {}
}
type Class<M> = M extends ModelClass ? M : any
type Children<M extends ModelType, D> = ChildrenRelation<Class<M>, SuppliedBy<D>> & ScopeMethods<M>
type OverPivot<M extends ModelType, P extends ModelType> = ManyRelation<Class<M>, P> & ScopeMethods<M>

function relatedTo(owner: ModelBinding, record: Attributes, relation: RelationSchema): ModelBinding {
  if (relation.type !== 'morphTo') return owner.space.related(owner.schema, relation)
  const type = record[`${relation.morph ?? ''}Type`]
  // Of a record that belongs to nobody yet nothing is known but that it finds nobody.
  if (typeof type !== 'string') return owner
  return owner.space.related(owner.schema, { ...relation, model: type })
}

function parentSpec({ record, relation, related }: RelationOrigin): QuerySpec {
  const key = record[relation.foreignKey]
  const name = relation.localKey ?? related.schema.primaryKey
  const untyped = relation.morph !== undefined && typeof record[`${relation.morph}Type`] !== 'string'
  const none = untyped || key === undefined || key === null
  return { ...EMPTY_SPEC, within: condition(related.schema, name, none ? 'in' : '=', none ? [] : key), limit: 1 }
}
