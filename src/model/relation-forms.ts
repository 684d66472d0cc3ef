import type { CountComparator, Query, RelationConstraint } from '../query/index.js'
import type {
  AttributeName,
  AttributePath,
  FarModel,
  KnownPath,
  LoadedPath,
  NumberAttribute,
  OperandFor,
  OperatorFor,
  RecordOf,
  RelationAt,
  RelationName,
  RelationPath,
  WhereValue,
} from '../schema/index.js'
import type { ModelClass } from './model-space.js'

/** What models ask of relations, with the forms that queries have. */
export interface RelationForms {
  readonly has: <T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
    op?: CountComparator,
    count?: number,
  ) => Query<T>
  readonly doesntHave: <T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
  ) => Query<T>
  readonly whereHas: <T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
    op?: CountComparator,
    count?: number,
  ) => Query<T>
  readonly whereDoesntHave: <T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ) => Query<T>
  readonly withWhereHas: <T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ) => Query<T, RecordOf<T> & LoadedPath<T, N>>
  readonly whereRelation: <
    T extends ModelClass,
    const N extends RelationPath<T>,
    A extends AttributePath<FarModel<T, N>>,
    const O extends OperatorFor<FarModel<T, N>, A>,
  >(
    this: T,
    relation: KnownPath<T, N>,
    attribute: A,
    ...asked:
      | readonly [value: WhereValue<FarModel<T, N>, A>]
      | readonly [operator: O, value: OperandFor<FarModel<T, N>, A, O>]
  ) => Query<T>
  readonly withExists: <T extends ModelClass, const N extends RelationName<T>>(
    this: T,
    relation: N,
    constrain?: RelationConstraint<RelationAt<T, N>>,
  ) => Query<T, RecordOf<T> & { readonly [K in N as `${K}Exists`]: boolean }>
  readonly withSum: SumForm<'Sum', number>
  readonly withAvg: SumForm<'Avg', number | null>
  readonly withMin: ExtremeForm<'Min'>
  readonly withMax: ExtremeForm<'Max'>
}

type SumForm<Fn extends string, V> = <
  T extends ModelClass,
  const N extends RelationName<T>,
  const A extends NumberAttribute<FarModel<T, N>>,
>(
  this: T,
  relation: N,
  attribute: A,
  constrain?: RelationConstraint<RelationAt<T, N>>,
) => Query<T, RecordOf<T> & { readonly [K in N as `${K}${Fn}${Capitalize<A>}`]: V }>

type ExtremeForm<Fn extends string> = <
  T extends ModelClass,
  const N extends RelationName<T>,
  const A extends AttributeName<FarModel<T, N>>,
>(
  this: T,
  relation: N,
  attribute: A,
  constrain?: RelationConstraint<RelationAt<T, N>>,
) => Query<T, RecordOf<T> & { readonly [K in N as `${K}${Fn}${Capitalize<A>}`]: any }>
