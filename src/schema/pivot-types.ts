import type { ModelType, RecordOf, UpdateInput } from './types.js'

/** What every pivot row is besides its attributes. The room of the models says it. */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled in by declaration merging
export interface PivotRecord {}

/**
 * The pivot's model, seen from a relation: the class of `through`, or the attributes of `pivot` and the keys. Any model where
 * the relation says neither: the other side may.
 */
export type PivotOf<D> = D extends { through: () => infer M extends ModelType }
  ? M
  : D extends { pivot: infer A }
    ? GeneratedPivot<A, KeyNames<D>>
    : any
/** It has no primary key of its own. */
type GeneratedPivot<A, K extends string> = (abstract new () => PivotRecord & {
  attributes: A & { readonly [N in K]: { readonly type: 'any'; readonly required: true } }
}) & { readonly primaryKey: never }
/** Names that the keys may have: what the relation does not say follows from names of models, which types do not know. */
type KeyNames<D> =
  | `${string}Id`
  | (D extends { foreignKey: infer F extends string } ? F : never)
  | (D extends { relatedKey: infer F extends string } ? F : never)
  | (D extends { name: infer N extends string } ? `${N}Type` : never)

/** What pivot rows may be given besides their keys. */
export type PivotInput<P extends ModelType> = 0 extends 1 & P
  ? Readonly<Record<string, unknown>>
  : Readonly<PivotGiven<P>>
type PivotGiven<P extends ModelType> = InstanceType<P> extends { attributes: infer A } ? UpdateInput<Named<A>> : {}
type Named<A> = { [K in keyof A as `${string}Id` extends K ? never : K]: A[K] }

/** A row on the far side carries the pivot row that leads there. */
export interface WithPivot<P extends ModelType = any> {
  readonly pivot: 0 extends 1 & P ? Readonly<Record<string, any>> : RecordOf<P>
}
