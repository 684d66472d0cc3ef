import type { HeldModel, ModelType, MomentName, PrimaryKeyOf, Selected, ValuesOf } from './types.js'

type IndexesOf<T> = T extends { indexes: infer I } ? I : {}
type GsiName<T> = T extends { gsis: readonly { name: infer N extends string }[] } ? N : never
type DeclaredIndex<T> = Extract<keyof IndexesOf<T>, string> | GsiName<T>
/**
 * An index by the name it was declared under, or the one it has in the table. Those that tables get by themselves are
 * known; other names of the table's own are taken of models that declare none.
 */
export type IndexName<T> = [DeclaredIndex<T>] extends [never]
  ? string
  : DeclaredIndex<T> | `GSI${number}` | `LSI${number}` | `by-${string}`

declare const NAMED: unique symbol
/** A query that names its index. */
export interface OverIndex<N extends string> {
  readonly [NAMED]: N
}

/** The elements of a list, where they are literals. */
type Listed<L> = L extends readonly (infer S)[] ? (string extends S ? never : S) : never
/** The attributes that a key template names. */
type Placed<P> = P extends `${string}{${infer Name}}${infer Rest}` ? Trimmed<Name> | Placed<Rest> : never
type Trimmed<N> = N extends `{${infer M}` | ` ${infer M}` | `${infer M} ` ? Trimmed<M> : N
type TableKeys<T> =
  | PrimaryKeyOf<T>
  | (T extends { keyPattern: { pk: infer P } } ? Placed<P> : never)
  | (T extends { keyPattern: { sk: infer P } } ? Placed<P> : never)
type IndexKeys<D> =
  | (D extends { partition: infer L } ? Listed<L> : never)
  | (D extends { sort: infer L } ? Listed<L> : never)
  | (D extends { when: infer W } ? keyof W : never)

interface Holding<H, K> {
  readonly held: H
  readonly keys: K
}
type KeysIn<T extends ModelType, D> = Extract<TableKeys<T> | IndexKeys<D>, keyof ValuesOf<T>>
/** What an index holds of a model: everything, some attributes, or what no literal says. */
type HoldingOf<T extends ModelType, D> = D extends { projection: infer P }
  ? P extends 'ALL'
    ? 'ALL'
    : P extends 'KEYS_ONLY'
      ? Holding<KeysIn<T, D>, KeysIn<T, D>>
      : P extends readonly (infer A)[]
        ? string extends A
          ? unknown
          : Holding<KeysIn<T, D> | A | TrashMark<T>, KeysIn<T, D>>
        : unknown
  : 'ALL'
type TrashMark<T> = T extends { softDeletes: infer B }
  ? [B] extends [false]
    ? never
    : MomentName<B, 'attribute', 'deletedAt'>
  : never
type HoldingBy<T extends ModelType, N> = N extends keyof IndexesOf<T> ? HoldingOf<T, IndexesOf<T>[N]> : unknown

/** A model as far as one of its indexes holds it. */
export type ProjectedModel<T extends ModelType, N> =
  HoldingBy<T, N> extends Holding<infer H extends string, unknown> ? HeldModel<T, H> : T

/**
 * A row as one of the model's indexes holds it: the attributes of the keys, which every entry has, and those that the
 * projection names. Where TypeScript cannot read the projection, any attribute may be missing.
 */
export type ProjectedRow<T extends ModelType, N, R = unknown> =
  HoldingBy<T, N> extends Holding<infer H, infer K>
    ? Selected<T, H, R> & { -readonly [A in K as Extract<A, keyof ValuesOf<T>>]-?: ValueIn<ValuesOf<T>, A> }
    : HoldingBy<T, N> extends 'ALL'
      ? R
      : Selected<T, PrimaryKeyOf<T>, R> & Partial<ValuesOf<T>>
type ValueIn<V, A> = A extends keyof V ? NonNullable<V[A]> : never
