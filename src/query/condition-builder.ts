import type {
  AttributeFor,
  AttributePath,
  EntitySchema,
  KeyName,
  ModelType,
  OperandFor,
  WhereValue,
} from '../schema/index.js'
import { columnCondition } from './column-condition.js'
import type { Constrain, EagerLoad } from './eager-load.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { likeCondition } from './like-condition.js'
import { onlyConditions } from './only-conditions.js'
import { projectedSpec } from './projected.js'
import type { QueryBuilder } from './query-builder.js'
import { EMPTY_SPEC, type QuerySpec } from './query-spec.js'
import { isRawKey, rawKey, rawPartition, rawSort } from './raw-key.js'
import type { RelationAggregate, RelationTest } from './relation-test.js'
import { UnsupportedMethods } from './unsupported-methods.js'
import { both, condition, either, type Where } from './where.js'
import type { Comparison, WhereMethod, WhereSeveralMethod } from './where-method.js'

/** What a builder knows. Frozen. */
export interface BuilderState {
  readonly schema: EntitySchema
  /** Binds the model to the connection in use when the query runs. */
  readonly bind: () => EntityBinding
  readonly spec: QuerySpec
  /** Relations to read along. */
  readonly relations: readonly EagerLoad[]
  /** What rows must have in relations. */
  readonly tests?: readonly RelationTest[]
  /** What of relations is put on rows. */
  readonly aggregates?: readonly RelationAggregate[]
  /** The record and relation that the query starts from, for the builders of relations. */
  readonly origin?: unknown
  /** The version that rows must have to be written. */
  readonly expectedVersion?: number
  /** Where rows come from that no query of the model alone can find. */
  readonly source?: RowSource | undefined
  /** What is asked of the pivot rows that lead to the rows. */
  readonly pivots?: PivotNarrowing | undefined
}

/** What is asked of pivot rows. */
export interface PivotNarrowing {
  /** Narrows and sorts them. */
  readonly between: Constrain
  /** For each order of the pivot rows, how many orders of the rows themselves come before it. */
  readonly orderAt: readonly number[]
}

/** Rows that are reached over rows of another model. */
export interface RowSource {
  /** @param query what is asked of the rows, without this source */
  rows(query: QueryBuilder<any, any>): Promise<readonly object[]>
  /** The query of the first step, for `explain()` and `toRequest()`. */
  first(query: QueryBuilder<any, any>): QueryBuilder<any, any>
}

/** True for a query whose rows are looked at here before they are counted or added up. */
export function isTested({ tests, source }: BuilderState): boolean {
  return tests !== undefined || source !== undefined
}

let read: (builder: ConditionBuilder<ModelType>) => BuilderState
let join: <B extends ConditionBuilder<any>>(builder: B, where: Where) => B
let change: <B extends ConditionBuilder<any>>(builder: B, to: Partial<BuilderState>) => B

/** The state of a builder; not a property of it, so that every name stays free for scopes. */
export function stateOf(builder: ConditionBuilder<any>): BuilderState {
  return read(builder)
}

/** The same builder with parts of its state changed: for those that make queries of relations. */
export function changed<B extends ConditionBuilder<any>>(builder: B, to: Partial<BuilderState>): B {
  return change(builder, to)
}

/** The same builder with one more condition, to hold besides all others. */
export function narrowed<B extends ConditionBuilder<any>>(builder: B, where: Where): B {
  return join(builder, where)
}

/** True for the name of a key attribute of the table, which is no attribute of the model. */
export function isKeyName({ schema, bind }: BuilderState, name: unknown): name is string {
  return typeof name === 'string' && !schema.attribute.has(name) && isRawKey(bind(), name)
}

/** The conditions of a query. Immutable: every method returns a new builder. */
export abstract class ConditionBuilder<T extends ModelType> extends UnsupportedMethods {
  readonly #state: BuilderState

  /** @internal made by `Model.query()` */
  constructor(state: BuilderState) {
    super()
    this.#state = state
  }

  /** @internal the same builder with parts of its query changed */
  protected derive(change: Partial<QuerySpec>): this {
    const spec = { ...this.#state.spec, ...change }
    return this.evolve({ spec: Object.freeze(spec.projected ? projectedSpec(spec, this.#state.bind()) : spec) })
  }

  /** @internal the same builder with parts of its state changed */
  protected evolve(change: Partial<BuilderState>): this {
    const Builder = this.constructor as new (state: BuilderState) => this
    return new Builder({ ...this.#state, ...change })
  }

  #and(where: Where): this {
    return this.derive({ where: both(this.#state.spec.where, where) })
  }

  /**
   * Rows for which the condition holds: `where(name, value)`, `where(name, operator, value)`, `where({ a: 1, b: 2 })`,
   * or a group `where(q => q.where(…).orWhere(…))`.
   *
   * @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE`, `QUERY.INVALID_OPERATOR` or `QUERY.INVALID_VALUE`
   */
  declare readonly where: WhereMethod<T, this>
  /** The same as `where`. */
  declare readonly andWhere: WhereMethod<T, this>
  /** Everything so far, or this: SQL's precedence. */
  declare readonly orWhere: WhereMethod<T, this>
  /** Rows for which the condition, or the group as a whole, does not hold: rows without a value are among them. */
  declare readonly whereNot: WhereMethod<T, this>
  /** Rows for which a condition holds of one attribute of a list at least: `whereAny(['name', 'title'], 'contains', 'x')`. */
  declare readonly whereAny: WhereSeveralMethod<T, this>
  /** Rows for which a condition holds of every attribute of a list. */
  declare readonly whereAll: WhereSeveralMethod<T, this>
  /** Rows for which a condition holds of no attribute of a list. */
  declare readonly whereNone: WhereSeveralMethod<T, this>

  static {
    read = (builder) => builder.#state
    change = (builder, to) => builder.evolve(to)
    join = (builder, where) => builder.#and(where)
    // One implementation on the prototype for forms that are declared once.
    const and = function (this: ConditionBuilder<ModelType>, ...given: readonly unknown[]): unknown {
      const [name, second, third] = given
      if (given.length > 1 && isKeyName(this.#state, name))
        return given.length === 2 ? this.#raw(name, '=', second) : this.#raw(name, second as string, third)
      return this.#and(this.#condition(given))
    }
    const or = function (this: ConditionBuilder<ModelType>, ...given: readonly unknown[]): unknown {
      return this.derive({ where: either(this.#state.spec.where, this.#condition(given)) })
    }
    const not = function (this: ConditionBuilder<ModelType>, ...given: readonly unknown[]): unknown {
      return this.#and({ kind: 'not', where: this.#condition(given) })
    }
    const several = (kind: 'any' | 'all' | 'none') =>
      function (this: ConditionBuilder<ModelType>, names: readonly string[], ...asked: readonly unknown[]): unknown {
        const each = listOf(names).map((name) => this.#condition([name, ...asked]))
        if (kind === 'all') return this.#and({ kind: 'and', all: each })
        const any: Where = { kind: 'or', any: each }
        return this.#and(kind === 'any' ? any : { kind: 'not', where: any })
      }
    Object.assign(this.prototype, { where: and, andWhere: and, orWhere: or, whereNot: not })
    Object.assign(this.prototype, { whereAny: several('any'), whereAll: several('all'), whereNone: several('none') })
  }

  #condition(given: readonly unknown[]): Where {
    const [first, second] = given
    if (typeof first === 'function') {
      const bare = this.derive(EMPTY_SPEC)
      const group = (first as (query: QueryBuilder<T>) => QueryBuilder<T> | undefined)(
        bare as unknown as QueryBuilder<T>,
      )
      if (!(group instanceof ConditionBuilder))
        throw new QueryError('QUERY.INVALID_VALUE', 'A group must return its query.', {
          hint: "Builders are immutable: write where(q => q.where('a', 1).orWhere('b', 2)).",
        })
      const where = onlyConditions((group as ConditionBuilder<T>).#state, bare.#state)
      if (where !== undefined) return where
      throw new QueryError('QUERY.INVALID_VALUE', 'A group does more than to set conditions.', {
        hint: 'Orders, limits, keys, relations (has, whereHas) and trashed rows are asked of the query itself, outside of the group.',
      })
    }
    if (typeof first === 'object' && first !== null && !Array.isArray(first))
      return {
        kind: 'and',
        all: Object.entries(first).map(([attribute, value]) => condition(this.#state.schema, attribute, '=', value)),
      }
    if (given.length <= 2) return condition(this.#state.schema, first as string, '=', second)
    return condition(this.#state.schema, first as string, second as string, given[2], given[3])
  }

  /** The partition key as it is in the table (or in the index of `index(name)`): `pk('USER#1')`. */
  pk(value: string): this {
    return this.derive({ rawKey: rawPartition(this.#state.bind(), this.#state.spec, undefined, '=', value) })
  }

  /** The sort key as it is, after `pk`: `sk('USER#1')`, `sk('begins_with', 'ORDER#')`, `sk('between', [low, high])`. */
  sk(value: string): this
  sk(operator: '=' | '<' | '<=' | '>' | '>=' | 'begins_with', value: string): this
  sk(operator: 'between', range: readonly [low: string, high: string]): this
  sk(...given: readonly unknown[]): this {
    const [operator, value] = given.length === 1 ? ['=', given[0]] : [given[0] as string, given[1]]
    return this.derive({ rawKey: rawSort(this.#state.bind(), this.#state.spec, undefined, operator, value) })
  }

  #raw(name: string, op: string, value: unknown): this {
    return this.derive({ rawKey: rawKey(this.#state.bind(), this.#state.spec, name, op, value) })
  }

  /**
   * One attribute of a row against another: `whereColumn('updatedAt', '>', 'createdAt')`. A filter in any case: no key says
   * it.
   */
  whereColumn(left: AttributePath<T>, right: AttributePath<T>): this
  whereColumn(left: AttributePath<T>, operator: Comparison, right: AttributePath<T>): this
  whereColumn(left: string, second: string, third?: string): this {
    const [op, right] = third === undefined ? ['=', second] : [second, third]
    return this.#and(columnCondition(this.#state.bind(), left, op, right))
  }

  /**
   * SQL's LIKE as far as DynamoDB can be asked: `'a%'` (begins with), `'%a%'` (contains), `'a'` (equal). Upper and lower
   * case differ; `\%` is a percent sign.
   *
   * @throws QueryError `QUERY.INVALID_VALUE` for any other pattern
   */
  whereLike(attribute: AttributeFor<T, 'begins_with'>, pattern: string): this {
    return this.#and(likeCondition(this.#state.schema, attribute, pattern))
  }

  whereNotLike(attribute: AttributeFor<T, 'begins_with'>, pattern: string): this {
    return this.#and({ kind: 'not', where: likeCondition(this.#state.schema, attribute, pattern) })
  }

  /** Rows whose value is in the list. An empty list matches nothing, and asks nothing of DynamoDB. */
  whereIn<N extends AttributePath<T>>(attribute: N, values: readonly WhereValue<T, N>[]): this {
    return this.#and(condition(this.#state.schema, attribute, 'in', values))
  }

  whereNotIn<N extends AttributePath<T>>(attribute: N, values: readonly WhereValue<T, N>[]): this {
    return this.#and(condition(this.#state.schema, attribute, 'not in', values))
  }

  /** Both ends included. Takes `(name, low, high)` or `(name, [low, high])`. */
  whereBetween<N extends AttributeFor<T, 'between'> | KeyName>(
    attribute: N,
    ...range: Range<OperandFor<T, N, '<'>>
  ): this {
    if (isKeyName(this.#state, attribute)) return this.#raw(attribute, 'between', range.length === 2 ? range : range[0])
    return this.#and(condition(this.#state.schema, attribute, 'between', range.length === 2 ? range : range[0]))
  }

  whereNotBetween<N extends AttributeFor<T, 'between'>>(attribute: N, ...range: Range<OperandFor<T, N, '<'>>): this {
    return this.#and(condition(this.#state.schema, attribute, 'not between', range.length === 2 ? range : range[0]))
  }

  /** Rows without a value: the attribute is absent, or there as NULL. */
  whereNull(attribute: AttributePath<T>): this {
    return this.#and(condition(this.#state.schema, attribute, '=', null))
  }

  whereNotNull(attribute: AttributePath<T>): this {
    return this.#and(condition(this.#state.schema, attribute, '!=', null))
  }

  whereBeginsWith<N extends AttributeFor<T, 'begins_with'> | KeyName>(
    attribute: N,
    prefix: OperandFor<T, N, 'begins_with'>,
  ): this {
    if (isKeyName(this.#state, attribute)) return this.#raw(attribute, 'begins_with', prefix)
    return this.#and(condition(this.#state.schema, attribute, 'begins_with', prefix))
  }

  /** A string that holds the text, or a set or list that holds the element. */
  whereContains<N extends AttributeFor<T, 'contains'>>(attribute: N, value: OperandFor<T, N, 'contains'>): this {
    return this.#and(condition(this.#state.schema, attribute, 'contains', value))
  }

  whereNotContains<N extends AttributeFor<T, 'contains'>>(attribute: N, value: OperandFor<T, N, 'contains'>): this {
    return this.#and(condition(this.#state.schema, attribute, 'not contains', value))
  }

  /** Rows that have the attribute, even as NULL. */
  whereExists(attribute: AttributePath<T>): this {
    return this.#and(condition(this.#state.schema, attribute, 'exists', true))
  }

  whereNotExists(attribute: AttributePath<T>): this {
    return this.#and(condition(this.#state.schema, attribute, 'not exists', true))
  }
}

function listOf(names: unknown): readonly string[] {
  if (Array.isArray(names) && names.length > 0) return names
  throw new QueryError('QUERY.INVALID_VALUE', 'whereAny, whereAll and whereNone take a list of attributes.', {
    hint: "Write whereAny(['name', 'title'], 'contains', 'x').",
  })
}

/** Both ends, as two arguments or as one pair. */
export type Range<V> = readonly [low: V, high: V] | readonly [range: readonly [V, V]]
