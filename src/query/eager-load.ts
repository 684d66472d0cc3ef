import type { EntitySchema } from '../schema/index.js'
import { QueryError } from './errors.js'
import type { QueryBuilder } from './query-builder.js'
import { unknownRelation } from './unknown-relation.js'

/** Narrows the query of a relation; must return what it makes of it, for builders are immutable. */
export type Constrain = (query: QueryBuilder<any, any>) => QueryBuilder<any, any>

/** A relation to read along with rows, and what to read along with that. */
export interface EagerLoad {
  readonly relation: string
  readonly constrain: Constrain | undefined
  readonly nested: readonly EagerLoad[]
}

/**
 * Adds relations to those that are read along: names and paths (`posts.comments`), a path and its constraint, or an
 * object of paths and constraints.
 *
 * @throws QueryError `QUERY.UNKNOWN_RELATION` for a relation the model does not have, `QUERY.INVALID_VALUE`
 */
export function addEagerLoads(
  loads: readonly EagerLoad[],
  schema: EntitySchema,
  given: readonly unknown[],
): readonly EagerLoad[] {
  return entriesOf(given).reduce((all, [path, constrain]) => {
    const [relation = ''] = path.split('.')
    if (!schema.relations.has(relation)) throw unknownRelation(schema, relation)
    return insert(all, path.split('.'), constrain)
  }, loads)
}

function entriesOf(given: readonly unknown[]): readonly (readonly [path: string, constrain: Constrain | undefined])[] {
  const [first, second] = given
  if (typeof first === 'string' && typeof second === 'function') return [[first, second as Constrain]]
  return given.flat().flatMap((each): [string, Constrain | undefined][] => {
    if (typeof each === 'string') return [[each, undefined]]
    if (typeof each === 'object' && each !== null)
      return Object.entries(each).map(([path, constrain]) => [
        path,
        typeof constrain === 'function' ? (constrain as Constrain) : undefined,
      ])
    throw new QueryError('QUERY.INVALID_VALUE', 'A relation is named by text.', {
      hint: "Write with('posts', 'profile'), with('posts', q => q.where(…)), or with({ posts: q => q.where(…) }).",
    })
  })
}

function insert(
  loads: readonly EagerLoad[],
  path: readonly string[],
  constrain: Constrain | undefined,
): readonly EagerLoad[] {
  const [relation = '', ...rest] = path
  const known = loads.find((load) => load.relation === relation)
  const load: EagerLoad = {
    relation,
    constrain: (rest.length === 0 ? constrain : undefined) ?? known?.constrain,
    nested: rest.length === 0 ? (known?.nested ?? []) : insert(known?.nested ?? [], rest, constrain),
  }
  return known === undefined ? [...loads, load] : loads.map((each) => (each === known ? load : each))
}
