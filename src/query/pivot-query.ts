import type {
  AttributeFor,
  AttributeName,
  AttributePath,
  ModelType,
  OperandFor,
  RecordOf,
  WhereValue,
} from '../schema/index.js'
import { changed, type PivotNarrowing, type Range, stateOf } from './condition-builder.js'
import type { Constrain } from './eager-load.js'
import { QueryBuilder } from './query-builder.js'
import type { WhereMethod } from './where-method.js'

/**
 * A query of rows that are reached over pivot rows, and what it asks of those: `belongsToMany`, `morphToMany`,
 * `morphedByMany`. Conditions and orders of pivot rows are checked when the query is sent.
 *
 * @typeParam T the model on the far side
 * @typeParam P the pivot's model
 */
export class PivotQuery<T extends ModelType, P extends ModelType = any, R = RecordOf<T>> extends QueryBuilder<T, R> {
  /** Only rows whose pivot row is so: `wherePivot('level', 3)`, `wherePivot('level', '>', 2)`, and what else `where` takes. */
  declare readonly wherePivot: WhereMethod<P, this>

  static {
    const wherePivot = function (this: PivotQuery<ModelType>, ...given: readonly unknown[]): unknown {
      return this.#between((pivots) => (pivots.where as (...given: readonly unknown[]) => typeof pivots)(...given))
    }
    Object.assign(this.prototype, { wherePivot })
  }

  /** Only rows whose pivot row has one of these values. An empty list matches nothing. */
  wherePivotIn<N extends AttributePath<P>>(attribute: N, values: readonly WhereValue<P, N>[]): this {
    return this.#between((pivots) => pivots.whereIn(attribute, values))
  }

  wherePivotNotIn<N extends AttributePath<P>>(attribute: N, values: readonly WhereValue<P, N>[]): this {
    return this.#between((pivots) => pivots.whereNotIn(attribute, values))
  }

  /** Only rows whose pivot row has a value from the one to the other. Takes `(name, low, high)` or `(name, [low, high])`. */
  wherePivotBetween<N extends AttributeFor<P, 'between'>>(attribute: N, ...range: Range<OperandFor<P, N, '<'>>): this {
    return this.#between((pivots) => pivots.whereBetween(attribute, ...(range as [any])))
  }

  wherePivotNotBetween<N extends AttributeFor<P, 'between'>>(
    attribute: N,
    ...range: Range<OperandFor<P, N, '<'>>
  ): this {
    return this.#between((pivots) => pivots.whereNotBetween(attribute, ...(range as [any])))
  }

  /** Only rows whose pivot row has no value there: the attribute is absent, or NULL. */
  wherePivotNull(attribute: AttributePath<P>): this {
    return this.#between((pivots) => pivots.whereNull(attribute))
  }

  wherePivotNotNull(attribute: AttributePath<P>): this {
    return this.#between((pivots) => pivots.whereNotNull(attribute))
  }

  /** Sorted by an attribute of the pivot row, in memory. Orders count in the sequence they are named in. */
  orderByPivot(attribute: AttributeName<P>, direction: 'asc' | 'desc' = 'asc'): this {
    return this.#between((pivots) => pivots.orderBy(attribute, direction), [stateOf(this).spec.order.length])
  }

  orderByPivotDesc(attribute: AttributeName<P>): this {
    return this.orderByPivot(attribute, 'desc')
  }

  override reorder(...given: Parameters<QueryBuilder<T, R>['reorder']>): this {
    const { pivots } = stateOf(this)
    const between = pivots?.between
    if (between === undefined) return super.reorder(...given)
    return changed(super.reorder(...given), {
      pivots: { between: (rows) => between(rows).reorder(), orderAt: [] },
    })
  }

  #between(ask: Constrain, orderAt: readonly number[] = []): this {
    const { pivots } = stateOf(this)
    const narrower: PivotNarrowing = {
      between: pivots === undefined ? ask : (rows) => ask(pivots.between(rows)),
      orderAt: [...(pivots?.orderAt ?? []), ...orderAt],
    }
    return changed(this, { pivots: narrower })
  }
}
