import {
  type BuilderState,
  both,
  condition,
  EMPTY_SPEC,
  QueryBuilder,
  type QuerySpec,
  type RowSource,
  stateOf,
  type Where,
  withScopes,
} from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding, ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'

/** A record and one of its relations. */
export interface RelationOrigin {
  readonly record: Attributes
  readonly owner: ModelBinding
  readonly relation: RelationSchema
  readonly related: ModelBinding
}

type RelationClass<Q> = new (state: BuilderState) => Q

/** The query of a record's relation, as a builder of this class. */
export function relationBuilder<Q>(
  Builder: RelationClass<Q>,
  origin: RelationOrigin,
  spec: QuerySpec,
  source?: RowSource,
): Q {
  const { related } = origin
  const from = source === undefined ? {} : { source }
  const Scoped = withScopes(Builder, related.schema)
  return new Scoped({ schema: related.schema, bind: () => related, spec, relations: [], origin, ...from })
}

export function originOf(builder: QueryBuilder<any, any>): RelationOrigin {
  return stateOf(builder).origin as RelationOrigin
}

/** Only the rows that belong to a record, by an attribute that holds its key. */
export function ownedSpec({ record, owner, relation, related }: RelationOrigin): QuerySpec {
  const key = keyCondition({ record, owner, relation }, related, relation.foreignKey)
  const within =
    relation.morph === undefined
      ? key
      : both(key, condition(related.schema, `${relation.morph}Type`, '=', owner.schema.name))
  return { ...EMPTY_SPEC, within }
}

/** Rows of a model that hold a record's key in this attribute. */
export function keyCondition(
  { record, owner, relation }: Pick<RelationOrigin, 'record' | 'owner' | 'relation'>,
  { schema }: ModelBinding,
  attribute: string,
): Where {
  return condition(schema, attribute, '=', keyOf(record, owner, relation))
}

/** What the rows of a relation hold of a record. @throws ModelError `MODEL.INVALID_INPUT` for a record without a key */
export function keyOf(record: Attributes, { schema }: ModelBinding, relation: RelationSchema): unknown {
  const name = relation.localKey ?? schema.primaryKey
  const value = record[name]
  if (value === undefined || value === null) {
    throw new ModelError('MODEL.INVALID_INPUT', `This ${schema.name} has no ${name}, which ${relation.name} needs.`, {
      hint: 'Save it first, or read it with that attribute.',
      details: { model: schema.name, relation: relation.name },
    })
  }
  return value
}

/** A record of the model that a relation is to. @throws ModelError `MODEL.INVALID_INPUT` */
export function checkRelated(
  origin: RelationOrigin,
  given: unknown,
): asserts given is Attributes & InstanceType<ModelClass> {
  const { owner, relation, related } = origin
  if (given instanceof related.model) return
  throw new ModelError(
    'MODEL.INVALID_INPUT',
    `${owner.schema.name}.${relation.name} takes a record of ${related.schema.name}.`,
    { details: { model: owner.schema.name, relation: relation.name } },
  )
}
