import type { ModelType, RelationshipsOf } from './types.js'

/** The definition of a relation, or of the last one of a path: `posts.comments`. */
export type RelationAt<T extends ModelType, P> = RelationIn<RelationshipsOf<T>, P>
/** The same, seen from a `relationships` literal. */
export type RelationIn<D, P> = P extends `${infer H}.${infer Rest}`
  ? H extends keyof D
    ? D[H] extends { model: () => infer M extends ModelType }
      ? RelationAt<M, Rest>
      : unknown
    : unknown
  : P extends keyof D
    ? D[P]
    : unknown

/** The model that a relation or a path of them leads to; any model where the types do not know it. */
export type FarModel<T extends ModelType, P> =
  RelationAt<T, P> extends { model: () => infer M extends ModelType } ? M : any

/** The path where each of its relations is there, as far as the types know their models; else those that are. */
export type KnownPath<T extends ModelType, P extends string> = PathIn<RelationshipsOf<T>, P>
/** The same, seen from a `relationships` literal. */
export type PathIn<D, P extends string> = string extends P
  ? P
  : unknown extends D
    ? P
    : P extends `${infer H}.${infer Rest}`
      ? H extends keyof D
        ? Rest extends PathFrom<D[H], Rest>
          ? P
          : `${H}.${PathFrom<D[H], Rest>}`
        : Names<D>
      : P extends keyof D
        ? P
        : Names<D>
type Names<D> = Extract<keyof D, string>
type PathFrom<D, Rest extends string> = D extends { model: () => infer M extends ModelType }
  ? 0 extends 1 & M
    ? string
    : PathIn<RelationshipsOf<M>, Rest>
  : string
