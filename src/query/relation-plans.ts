import type { EntitySchema, RelationSchema } from '../schema/index.js'
import type { BuilderState } from './condition-builder.js'
import type { EagerLoad } from './eager-load.js'

/** What reading a relation along costs besides the query itself. */
export interface RelationPlan {
  /** The relation, or a path of them: `posts.comments`. */
  readonly relation: string
  /** `read` for `with`, `count` and the like for numbers put on rows, `test` for `has`. */
  readonly for: 'read' | 'count' | 'exists' | 'sum' | 'avg' | 'min' | 'max' | 'test'
  /** In words: `a Query for each row, at most 16 at a time`. */
  readonly requests: string
}

/** The requests that relations add to a query. Nothing is sent. */
export function relationPlans({
  schema,
  relations,
  tests = [],
  aggregates = [],
}: BuilderState): readonly RelationPlan[] {
  const requests = (relation: string): string => requestsFor(schema.relations.get(relation), schema)
  return [
    ...tests.map(({ relation }): RelationPlan => ({ relation, for: 'test', requests: requests(relation) })),
    ...relations.flatMap((load) => read(load, requests(load.relation))),
    ...aggregates.map(({ relation, fn, constrain }): RelationPlan => {
      const counted = fn === 'count' && constrain === undefined && schema.relations.get(relation)?.counter !== undefined
      return { relation, for: fn, requests: counted ? 'none: the row has its counter' : requests(relation) }
    }),
  ]
}

function read({ relation, nested }: EagerLoad, requests: string): readonly RelationPlan[] {
  const below = nested.flatMap((load) => read(load, 'for all rows of the relation before it together'))
  return [
    { relation, for: 'read', requests },
    ...below.map((each) => ({ ...each, relation: `${relation}.${each.relation}` })),
  ]
}

function requestsFor(relation: RelationSchema | undefined, { primaryKey }: EntitySchema): string {
  const { type, localKey = primaryKey } = relation ?? {}
  switch (type) {
    case 'belongsTo':
      return 'a BatchGetItem for each 100 distinct keys'
    case 'morphTo':
      return 'a BatchGetItem for each model and 100 distinct keys'
    case 'belongsToMany':
    case 'morphToMany':
    case 'morphedByMany':
      return 'a Query of pivot rows for each row, at most 16 at a time, and a BatchGetItem for each 100 distinct keys'
    case 'hasOneThrough':
    case 'hasManyThrough':
      return 'a Query for each row and one for each row in between, at most 16 at a time'
    default:
      return `a Query for each distinct ${localKey}, at most 16 at a time`
  }
}
