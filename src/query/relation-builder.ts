import type {
  AttributeName,
  AttributePath,
  FarModel,
  KnownPath,
  LoadedPath,
  ModelType,
  NumberAttribute,
  OperandFor,
  OperatorFor,
  RelationAt,
  RelationName,
  RelationPath,
  WhereValue,
} from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { ConditionBuilder, stateOf } from './condition-builder.js'
import { addEagerLoads, type Constrain } from './eager-load.js'
import { QueryError } from './errors.js'
import type { Query } from './local-scopes.js'
import type { QueryBuilder } from './query-builder.js'
import { type CountComparator, type RelationAggregate, type RelationTest, relationTest } from './relation-test.js'
import { unknownRelation } from './unknown-relation.js'
import type { RelationConstraint, WithMethod } from './with-method.js'

/** What a query asks of relations: what is read along, counted, or must be there. */
export abstract class RelationBuilder<T extends ModelType, R> extends ConditionBuilder<T> {
  /**
   * Reads relations along with the rows, never one read per row: `with('posts', 'profile')`, nested
   * `with('posts.comments')`, constrained `with('posts', q => q.where('published', true).limit(5))`, or
   * `with({ posts: q => q.latest() })`. A limit counts for each row by itself.
   *
   * @throws QueryError `QUERY.UNKNOWN_RELATION` for a relation the model does not have
   */
  declare readonly with: WithMethod<T, R>

  static {
    const along = function (this: RelationBuilder<ModelType, unknown>, ...given: readonly unknown[]): unknown {
      const { relations, schema } = stateOf(this)
      return this.evolve({ relations: addEagerLoads(relations, schema, given) })
    }
    const { orWhere } = ConditionBuilder.prototype as unknown as { orWhere: (...given: readonly unknown[]) => unknown }
    const or = function (this: RelationBuilder<ModelType, unknown>, ...given: readonly unknown[]): unknown {
      if (stateOf(this).tests !== undefined) throw undecided('orWhere() after has()')
      return orWhere.apply(this, given as unknown[])
    }
    Object.assign(this.prototype, { with: along, orWhere: or })
  }

  /** Takes relations out again that are read along. */
  without(...relations: readonly RelationName<T>[]): this {
    const left = stateOf(this).relations.filter((load) => !(relations as readonly string[]).includes(load.relation))
    return this.evolve({ relations: left })
  }

  /**
   * Rows that have related rows: `has('posts')`, `has('posts', '>=', 10)`, `has('posts.comments')`. DynamoDB joins
   * nothing: the related rows of each row are counted, a bounded number at a time, as far as the answer needs.
   */
  has<const N extends RelationPath<T>>(relation: KnownPath<T, N>, op: CountComparator = '>=', count = 1): this {
    return this.hasTest(relationTest(relation, op, count, undefined))
  }

  doesntHave<const N extends RelationPath<T>>(relation: KnownPath<T, N>): this {
    return this.hasTest(without(relationTest(relation, '>=', 1, undefined)))
  }

  /** Rows that have related rows of a kind: `whereHas('posts', q => q.where('published', true), '>=', 3)`. */
  whereHas<const N extends RelationPath<T>>(
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
    op: CountComparator = '>=',
    count = 1,
  ): this {
    return this.hasTest(relationTest(relation, op, count, constrain as Constrain))
  }

  whereDoesntHave<const N extends RelationPath<T>>(
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): this {
    return this.hasTest(without(relationTest(relation, '>=', 1, constrain as Constrain)))
  }

  /** `whereHas` and `with` in one: rows that have such related rows, each with those that were meant. */
  withWhereHas<const N extends RelationPath<T>>(
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & LoadedPath<T, N>> {
    const along = constrain === undefined ? [relation] : [relation, constrain]
    const having = this.whereHas(relation, constrain) as { with: (...given: readonly unknown[]) => unknown }
    return having.with(...along) as Query<T, R & LoadedPath<T, N>>
  }

  /** `whereHas` with one condition: `whereRelation('posts', 'published', true)`, `whereRelation('posts', 'rank', '>', 3)`. */
  whereRelation<
    const N extends RelationPath<T>,
    A extends AttributePath<FarModel<T, N>>,
    const O extends OperatorFor<FarModel<T, N>, A>,
  >(
    relation: KnownPath<T, N>,
    attribute: A,
    ...asked:
      | readonly [value: WhereValue<FarModel<T, N>, A>]
      | readonly [operator: O, value: OperandFor<FarModel<T, N>, A, O>]
  ): this {
    type Where = (...given: readonly unknown[]) => QueryBuilder<any, any>
    return this.hasTest(
      relationTest(relation, '>=', 1, (query) => (query.where as unknown as Where)(attribute, ...asked)),
    )
  }

  /** @internal a test as data */
  hasTest(test: RelationTest): this {
    const { schema, spec, tests = [] } = stateOf(this)
    if (spec.where.kind === 'or') throw undecided('has() after orWhere()')
    checkConstraint(test.relation, test.constrain)
    if (!schema.relations.has(test.relation)) throw unknownRelation(schema, test.relation)
    return this.evolve({ tests: [...tests, test] })
  }

  /**
   * Puts the number of related rows on each row: `withCount('posts')` gives `user.postsCount`. Several at once, a list, or
   * one with a constraint.
   */
  withCount<const N extends RelationName<T>>(
    ...given: readonly [N, RelationConstraint<RelationAt<T, N>>] | readonly N[] | readonly [readonly N[]]
  ): Query<T, R & { readonly [K in N as `${K}Count`]: number }> {
    return addEagerLoads([], stateOf(this).schema, given).reduce(
      (query, { relation, constrain }) =>
        query.#aggregate('count', relation, undefined, `${relation}Count`, constrain) as unknown as typeof query,
      this as RelationBuilder<T, R>,
    ) as never
  }

  /** Puts on each row whether there are related rows: `user.postsExists`. */
  withExists<const N extends RelationName<T>>(
    relation: N,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & { readonly [K in N as `${K}Exists`]: boolean }> {
    return this.#aggregate('exists', relation, undefined, `${relation}Exists`, constrain)
  }

  /** Puts the sum of an attribute of related rows on each row: `withSum('orders', 'total')` gives `user.ordersSumTotal`. */
  withSum<const N extends RelationName<T>, const A extends NumberAttribute<FarModel<T, N>>>(
    relation: N,
    attribute: A,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & { readonly [K in N as `${K}Sum${Capitalize<A>}`]: number }> {
    return this.#aggregate('sum', relation, attribute, `${relation}Sum${capital(attribute)}`, constrain)
  }

  withAvg<const N extends RelationName<T>, const A extends NumberAttribute<FarModel<T, N>>>(
    relation: N,
    attribute: A,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & { readonly [K in N as `${K}Avg${Capitalize<A>}`]: number | null }> {
    return this.#aggregate('avg', relation, attribute, `${relation}Avg${capital(attribute)}`, constrain)
  }

  withMin<const N extends RelationName<T>, const A extends AttributeName<FarModel<T, N>>>(
    relation: N,
    attribute: A,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & { readonly [K in N as `${K}Min${Capitalize<A>}`]: any }> {
    return this.#aggregate('min', relation, attribute, `${relation}Min${capital(attribute)}`, constrain)
  }

  withMax<const N extends RelationName<T>, const A extends AttributeName<FarModel<T, N>>>(
    relation: N,
    attribute: A,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, R & { readonly [K in N as `${K}Max${Capitalize<A>}`]: any }> {
    return this.#aggregate('max', relation, attribute, `${relation}Max${capital(attribute)}`, constrain)
  }

  #aggregate(
    fn: RelationAggregate['fn'],
    relation: string,
    attribute: string | undefined,
    as: string,
    constrain: unknown,
  ): never {
    const { schema, aggregates = [] } = stateOf(this)
    if (!schema.relations.has(relation)) throw unknownRelation(schema, relation)
    checkConstraint(relation, constrain)
    const wanted: RelationAggregate = { relation, fn, attribute, as, constrain }
    return this.evolve({ aggregates: [...aggregates.filter((each) => each.as !== as), wanted] }) as never
  }
}

/** "Has one" and "has none" are each other's opposite; of a path, it is the first relation that must be missing. */
function without(test: RelationTest): RelationTest {
  return { ...test, op: '<', count: 1 }
}

/** Of an OR with a relation one side only is a condition that DynamoDB is asked. */
function undecided(what: string): QueryError {
  return new QueryError('QUERY.UNSUPPORTED', `${what} would be an OR with a relation.`, {
    hint: 'Put the conditions into a group, which has() narrows: where(q => q.where(…).orWhere(…)).has(…).',
  })
}

function checkConstraint(relation: string, constrain: unknown): asserts constrain is Constrain | undefined {
  if (constrain === undefined || typeof constrain === 'function') return
  throw new QueryError('QUERY.INVALID_VALUE', `The constraint of ${relation} is no function.`, {
    hint: "Write whereHas('posts', q => q.where('published', true)), or whereRelation('posts', 'published', true).",
  })
}

function capital(name: string): string {
  if (typeof name === 'string') return name.charAt(0).toUpperCase() + name.slice(1)
  throw new QueryError('QUERY.INVALID_VALUE', `An attribute is named by text, not ${kindOf(name)}.`, {
    hint: "Write withSum('orders', 'total').",
  })
}
