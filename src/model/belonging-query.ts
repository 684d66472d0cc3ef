import {
  both,
  condition,
  narrowed,
  QueryBuilder,
  QueryError,
  stateOf,
  unknownRelation,
  type Where,
} from '../query/index.js'
import type { ModelType, RelationName, RelationSchema } from '../schema/index.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import { keyOf } from './relations/relation-origin.js'
import { stateFor } from './state-for.js'

declare module '../query/query-builder.js' {
  // oxlint-disable-next-line typescript/no-unused-vars -- an interface has the parameters of its other declarations
  interface QueryBuilder<T extends ModelType, R> {
    /**
     * Rows that belong to a record, or to one of several, by a `belongsTo` or `morphTo`:
     * `Post.whereBelongsTo(user)`, `Post.whereBelongsTo([ada, grace], 'author')`. Without a name, by the only one that leads
     * to the record's model.
     *
     * @throws QueryError `QUERY.UNKNOWN_RELATION`, `QUERY.INVALID_VALUE` where none or several relations lead there
     */
    whereBelongsTo(owner: object | readonly object[], relation?: RelationName<T>): this
    /** Everything so far, or rows that belong to a record. */
    orWhereBelongsTo(owner: object | readonly object[], relation?: RelationName<T>): this
  }
}

// Records are of models, which are above queries.
Object.assign(QueryBuilder.prototype, {
  whereBelongsTo(this: QueryBuilder<ModelType>, owner: object | readonly object[], relation?: string) {
    const { schema, bind } = stateOf(this)
    const binding = bind() as ModelBinding
    const owners = [owner].flat() as readonly Attributes[]
    const any = owners.map((record) => {
      const { binding: theirs } = stateFor(record)
      const by = relationTo(binding, theirs, relation)
      const key = condition(schema, by.foreignKey, '=', keyOf(record, theirs, by))
      return by.morph === undefined ? key : both(key, condition(schema, `${by.morph}Type`, '=', theirs.schema.name))
    })
    const [only = condition(schema, schema.primaryKey, 'in', [])] = any
    const where: Where = any.length > 1 ? { kind: 'or', any } : only
    return narrowed(this, where)
  },
  orWhereBelongsTo(this: QueryBuilder<ModelType>, owner: object, relation?: never) {
    return this.orWhere((query) => query.whereBelongsTo(owner, relation))
  },
})

/** The relation by which rows of a model belong to rows of another. */
function relationTo({ schema, space }: ModelBinding, owner: ModelBinding, name: string | undefined): RelationSchema {
  const leads = (relation: RelationSchema): boolean =>
    relation.type === 'morphTo' || (relation.type === 'belongsTo' && space.related(schema, relation) === owner)
  if (name !== undefined && !schema.relations.has(name)) throw unknownRelation(schema, name)
  const leading = [...schema.relations.values()].filter(leads)
  const exact = leading.filter(({ type }) => type === 'belongsTo')
  const meant = name === undefined ? (exact.length > 0 ? exact : leading) : leading.filter((each) => each.name === name)
  const [relation, another] = meant
  if (relation !== undefined && another === undefined) return relation
  throw new QueryError(
    'QUERY.INVALID_VALUE',
    another === undefined
      ? `${name === undefined ? `No relation of ${schema.name}` : `${schema.name}.${name}`} belongs to ${owner.schema.name}.`
      : `${schema.name} belongs to ${owner.schema.name} by ${meant.map((each) => each.name).join(' and ')}.`,
    {
      hint:
        another === undefined
          ? 'It takes a belongsTo or a morphTo.'
          : `Write whereBelongsTo(record, '${relation?.name}').`,
      details: { model: schema.name, owner: owner.schema.name },
    },
  )
}
