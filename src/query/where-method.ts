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
import type { QueryBuilder } from './query-builder.js'

/**
 * The forms of `where`, `andWhere` and `orWhere`. The usual ones stand last: it is the last form that fits by its number
 * of arguments whose complaint TypeScript shows.
 */
export interface WhereMethod<T extends ModelType, R> {
  (group: (query: QueryBuilder<T>) => QueryBuilder<T>): QueryBuilder<T, R>
  (conditions: { readonly [N in AttributeName<T>]?: WhereValue<T, N> }): QueryBuilder<T, R>
  /** Keys of the table or of an index, as they are stored. */
  (key: KeyName, operator: 'between', range: readonly [low: string, high: string]): QueryBuilder<T, R>
  (key: KeyName, operator: '=' | '<' | '<=' | '>' | '>=' | 'begins_with', value: string): QueryBuilder<T, R>
  (key: KeyName, value: string): QueryBuilder<T, R>
  <N extends AttributeFor<T, 'size'>>(
    attribute: N,
    operator: 'size',
    comparison: '=' | '!=' | '<>' | '<' | '<=' | '>' | '>=',
    size: number,
  ): QueryBuilder<T, R>
  <N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    attribute: N,
    operator: O,
    value: OperandFor<T, N, O>,
  ): QueryBuilder<T, R>
  <N extends AttributePath<T>>(attribute: N, value: WhereValue<T, N>): QueryBuilder<T, R>
}
