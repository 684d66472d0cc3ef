import type {
  AttributeFor,
  AttributeName,
  AttributePath,
  KeyName,
  ModelType,
  OperandFor,
  OperatorFor,
  WhereValue,
} from '../schema/index.js'
import type { Query } from './local-scopes.js'
import type { QueryBuilder } from './query-builder.js'

/** Operators that compare two values. */
export type Comparison = '=' | '!=' | '<>' | '<' | '<=' | '>' | '>='

/** The forms of `whereAny`, `whereAll` and `whereNone`. */
export interface WhereSeveralMethod<T extends ModelType, Q> {
  <N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    attributes: readonly N[],
    operator: O,
    value: OperandFor<T, N, O>,
  ): Q
  <N extends AttributePath<T>>(attributes: readonly N[], value: WhereValue<T, N>): Q
}

/**
 * The forms of `where`, `andWhere` and `orWhere`. The usual ones stand last: it is the last form that fits by its number
 * of arguments whose complaint TypeScript shows.
 */
export interface WhereMethod<T extends ModelType, Q> {
  (group: (query: Query<T>) => QueryBuilder<T>): Q
  (conditions: { readonly [N in AttributeName<T>]?: WhereValue<T, N> }): Q
  /** Keys of the table or of an index, as they are stored. */
  (key: KeyName, operator: 'between', range: readonly [low: string, high: string]): Q
  (key: KeyName, operator: '=' | '<' | '<=' | '>' | '>=' | 'begins_with', value: string): Q
  (key: KeyName, value: string): Q
  <N extends AttributeFor<T, 'size'>>(attribute: N, operator: 'size', comparison: Comparison, size: number): Q
  <N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    attribute: N,
    operator: O,
    value: OperandFor<T, N, O>,
  ): Q
  <N extends AttributePath<T>>(attribute: N, value: WhereValue<T, N>): Q
}
