// What TypeScript knows of a model, computed from its class. Definitions written without `as const` have the type
// `string` where the literal would be: names are still exact then, values are `any`.

import type { PivotOf, WithPivot } from './pivot-types.js'
import type { Row } from './relation-types.js'

/** A model class as the types see it. */
export type ModelType = abstract new (...args: any[]) => object

type DeclaredOf<T extends ModelType> = InstanceType<T> extends { attributes: infer A } ? A : {}
/**
 * The name of the primary key. `static primaryKey = 'slug'` is any string to TypeScript and taken for `id`;
 * `static readonly primaryKey = 'slug'` says the name.
 */
export type PrimaryKeyOf<T> = T extends { primaryKey: infer P } ? (string extends P ? 'id' : P) : 'id'
/** A primary key that the model does not list is there all the same, as text. */
type ImpliedKey<T, A> = T extends { primaryKey: infer P }
  ? string extends P
    ? {}
    : Implied<Exclude<P, keyof A>>
  : Implied<Exclude<'id', keyof A>>
type Implied<P> = [P] extends [never] ? {} : { readonly [K in Extract<P, string>]: { readonly type: 'string' } }
/** The `attributes` literal of a model, and its primary key. */
export type AttributesOf<T extends ModelType> = DeclaredOf<T> & ImpliedKey<T, DeclaredOf<T>>
/** The `relationships` literal of a model. */
export type RelationshipsOf<T extends ModelType> = InstanceType<T> extends { relationships: infer R } ? R : {}

interface Values {
  string: string
  number: number
  boolean: boolean
  date: Date
  list: unknown[]
  map: Record<string, unknown>
  binary: Uint8Array
  bigint: bigint
  decimal: string
  json: any
  any: any
}
interface Elements {
  string: string
  number: number
  bigint: bigint
  decimal: string
  binary: Uint8Array
}
/** What may be given where a value is stored: dates as ISO 8601 text and decimals as numbers, too. */
interface Inputs extends Omit<Values, 'date' | 'decimal' | 'list'> {
  date: Date | string
  decimal: string | number | bigint
  list: readonly unknown[]
}
type Flag = boolean | 0 | 1 | '0' | '1' | 'true' | 'false'
type Numeric = number | string | boolean
type Moment = Date | string | number
/** What each named cast understands when a record is filled. */
interface Coerced {
  string: string | number | bigint | boolean
  int: Numeric
  integer: Numeric
  float: Numeric
  number: Numeric
  bool: Flag
  boolean: Flag
  date: Moment
  datetime: Moment
}

type ElementOf<D> = D extends { set: infer E }
  ? string extends E
    ? any
    : E extends keyof Elements
      ? Elements[E]
      : any
  : string
type TypedAs<D, Map> = D extends { type: infer K }
  ? string extends K
    ? any
    : D extends { enum: readonly (infer E)[] }
      ? E
      : K extends 'set'
        ? Set<ElementOf<D>>
        : K extends keyof Map
          ? Map[K]
          : any
  : any

/** The value an attribute has on a record. */
export type ValueOf<D> = D extends { get(value: any): infer G } | { cast: { get(value: any): infer G } }
  ? G
  : TypedAs<D, Values>
/** The value an attribute is compared with. */
export type InputOf<D> = D extends { cast: { set(value: infer S): any } } ? S : TypedAs<D, Inputs>
/** The value an attribute may be given. */
type GivenOf<D> = D extends { set(value: infer S): any } ? S : Taken<D>
type Taken<D> = InputOf<D> | (D extends { cast: infer C extends keyof Coerced } ? Coerced[C] : never)
/** Ways to take a value away: not for what must be there. */
type Nothing<D> = D extends { default: {} } ? never : IsRequired<D> extends true ? never : null | undefined
/** A default of null is a value, too. */
type DefaultOf<D> = D extends { default: null } ? (IsRequired<D> extends true ? never : null) : never

/** True for what must be there: it says so itself, or its rules as text do. */
type IsRequired<D> = D extends
  | { required: true }
  | { validation: RequiredText }
  | { validation: { rule: RequiredText } }
  ? true
  : D extends { validation: readonly (infer R)[] } | { validation: { rule: readonly (infer R)[] } }
    ? string extends R
      ? false
      : 'required' extends R
        ? true
        : false
    : false
type RequiredText = 'required' | `required|${string}` | `${string}|required` | `${string}|required|${string}`

/** Names that every record has: the key, what is required, what has a default. All of them without `as const`. */
type PresentNames<A, P> = {
  [K in keyof A]: K extends P
    ? K
    : A[K] extends { type: infer Type }
      ? string extends Type
        ? K
        : A[K] extends { default: {} | null }
          ? K
          : IsRequired<A[K]> extends true
            ? K
            : never
      : K
}[keyof A]

/** The name that an object of options gives a moment; never where TypeScript cannot read it. */
export type MomentName<B, Option extends string, Fallback extends string> = B extends {
  readonly [K in Option]: infer N extends string
}
  ? string extends N
    ? never
    : N
  : Fallback
type TimestampValues<T> = T extends { timestamps: infer B }
  ? [B] extends [false]
    ? {}
    : { [K in MomentName<B, 'createdAt', 'createdAt'> | MomentName<B, 'updatedAt', 'updatedAt'>]: Date }
  : {}
type SoftDeleteValues<T> = T extends { softDeletes: infer B }
  ? [B] extends [false]
    ? {}
    : { [K in MomentName<B, 'attribute', 'deletedAt'>]?: Date | undefined }
  : {}
/** The name that a static gives, or the one that `true` stands for; never where TypeScript cannot read it. */
type NameBy<B, Fallback extends string> = [B] extends [false]
  ? never
  : [B] extends [boolean]
    ? Fallback
    : B extends { attribute: infer A }
      ? NameBy<A, Fallback>
      : B extends object
        ? Fallback
        : string extends B
          ? never
          : Extract<B, string>
type VersionName<T> =
  | (T extends { version: infer B } ? NameBy<B, 'version'> : never)
  | (T extends { versioning: infer B } ? NameBy<B, 'version'> : never)
type TtlName<T> = T extends { ttl: infer B } ? NameBy<B, 'ttl'> : never
type VersionValues<T> = { [K in VersionName<T>]: number }
/** A model that lists its ttl attribute says there whether it is a date or a number. */
type TtlValues<T> = {
  [K in Exclude<TtlName<T>, T extends ModelType ? keyof DeclaredOf<T> : never>]?: Date | null | undefined
}
type DateValues<T> = TimestampValues<T> & SoftDeleteValues<T> & TtlValues<T>
export type ManagedValues<T> = DateValues<T> & VersionValues<T>

type RecordValues<A, Present> = { -readonly [K in keyof A as Extract<K, Present>]: ValueOf<A[K]> | DefaultOf<A[K]> } & {
  -readonly [K in keyof A as Exclude<K, Present>]?: ValueOf<A[K]> | null | undefined
}
/** Every attribute of a model with its value. */
export type ValuesOf<T extends ModelType> = RecordValues<
  AttributesOf<T>,
  PresentNames<AttributesOf<T>, PrimaryKeyOf<T>>
> &
  ManagedValues<T>

/** A record of a model: its methods and its attributes. */
export type RecordOf<T extends ModelType> = InstanceType<T> & ValuesOf<T>

/** What `create` takes: required attributes without a default must be there; a key of text is made where it is missing. */
export type CreateInput<T extends ModelType> = CreateValues<
  AttributesOf<T>,
  DemandedNames<AttributesOf<T>, PrimaryKeyOf<T>>,
  PrimaryKeyOf<T>
> & { [K in keyof DateValues<T>]?: Date | string | undefined }
type DemandedNames<A, P> = {
  [K in keyof A]: A[K] extends { default: {} | null }
    ? never
    : K extends P
      ? A[K] extends { type: infer Type }
        ? 'string' extends Type
          ? never
          : K
        : K
      : IsRequired<A[K]> extends true
        ? K
        : never
}[keyof A]
type CreateValues<A, Demanded, P> = { -readonly [K in keyof A as Extract<K, Demanded>]: GivenOf<A[K]> } & {
  -readonly [K in keyof A as Exclude<K, Demanded>]?: GivenOf<A[K]> | (K extends P ? never : Nothing<A[K]>) | undefined
}

/** What `update` and `fill` take: any attributes. Undefined takes a value away, which what must be there cannot be. */
export type UpdateInput<A> = { -readonly [K in keyof A]?: GivenOf<A[K]> | Nothing<A[K]> }

/** The same with places inside maps: `'address.city'`. */
export type ChangeInput<A> = UpdateInput<A> & { readonly [P in `${MapName<A>}.${string}`]?: unknown }
/** Attributes that are maps. */
export type MapName<A> = unknown extends A
  ? string
  : Extract<
      {
        [K in keyof A]: A[K] extends { type: infer D }
          ? string extends D
            ? K
            : D extends 'map' | 'any'
              ? K
              : never
          : never
      }[keyof A],
      string
    >

/** Names of attributes, those the package keeps itself included. */
export type AttributeName<T extends ModelType> =
  IsAny<T> extends true ? string : Extract<keyof AttributesOf<T> | keyof ManagedValues<T>, HeldBy<T>>
/** A model that is known by its name only has any attributes. */
type IsAny<T> = 0 extends 1 & T ? true : false
declare const HELD: unique symbol
/** A model whose queries know these attributes only: those that an index holds. */
export type HeldModel<T extends ModelType, H extends string> = T & { readonly [HELD]: H }
type HeldBy<T> = T extends { readonly [HELD]: infer H extends string } ? H : string
/** The same, seen from a record with these `attributes`. */
export type NameIn<A> = unknown extends A
  ? string
  : Extract<keyof A, string> | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'version'

/** How a row is named: the primary key's value, or every attribute its key is made of. */
export type KeyOf<T extends ModelType> =
  | KeyValueOf<T, AttributesOf<T>>
  | { readonly [N in keyof AttributesOf<T>]?: InputOf<AttributesOf<T>[N]> | null | undefined }
/** The primary key's value. */
export type KeyValue<T extends ModelType> = KeyValueOf<T, AttributesOf<T>>
type Scalar = string | number | bigint | Date | Uint8Array
type KeyValueOf<T, A> =
  PrimaryKeyOf<T> extends infer P extends keyof A
    ? A[P] extends { type: infer Type }
      ? string extends Type
        ? Scalar
        : InputOf<A[P]>
      : Scalar
    : Scalar

type Nestable<A> = Extract<
  {
    [K in keyof A]: A[K] extends { type: infer D }
      ? string extends D
        ? K
        : D extends 'map' | 'list' | 'any'
          ? K
          : never
      : never
  }[keyof A],
  string
>
/** Key attributes of the table and its indexes, for those who want to name them. */
export type KeyName = 'pk' | 'sk' | `gsi${number}pk` | `gsi${number}sk`
type NestedPath<T extends ModelType> =
  | `${Extract<Nestable<AttributesOf<T>>, HeldBy<T>>}.${string}`
  | `${Extract<Nestable<AttributesOf<T>>, HeldBy<T>>}[${number}]${string}`
/** An attribute, or a place inside one: `address.city`, `tags[0]`. */
export type AttributePath<T extends ModelType> = AttributeName<T> | NestedPath<T>

type DefinitionOf<T extends ModelType, N> =
  IsAny<T> extends true
    ? any
    : N extends keyof AttributesOf<T>
      ? AttributesOf<T>[N]
      : N extends keyof DateValues<T>
        ? { type: 'date' }
        : N extends VersionName<T>
          ? { type: 'number' }
          : unknown
/** The value a condition on an attribute compares with; null asks for rows without a value. */
export type WhereValue<T extends ModelType, N> = InputOf<DefinitionOf<T, N>> | null

type Equality = '=' | '!=' | '<>' | 'in' | 'not in'
type Order = '<' | '<=' | '>' | '>=' | 'between' | 'not between'
type Presence = 'exists' | 'not exists'
type Containment = 'contains' | 'not contains'
/** Conditions that an attribute can be part of. */
export type Operator = Equality | Order | Presence | Containment | 'begins_with' | 'size'
interface Operators {
  number: Equality | Order | Presence
  bigint: Equality | Order | Presence
  decimal: Equality | Order | Presence
  date: Equality | Order | Presence | 'begins_with'
  boolean: Equality | Presence
  set: Equality | Presence | Containment | 'size'
  list: Equality | Presence | Containment | 'size'
  map: Equality | Presence | 'size'
}
type OperatorOf<D> = D extends { type: infer K extends keyof Operators } ? Operators[K] : Operator
/** What an attribute of this kind can be asked. */
export type OperatorFor<T extends ModelType, N> = OperatorOf<DefinitionOf<T, N>>
/** Attributes that can be asked this, and places inside attributes. */
export type AttributeFor<T extends ModelType, O extends Operator> =
  | { [N in AttributeName<T>]: O extends OperatorFor<T, N> ? N : never }[AttributeName<T>]
  | NestedPath<T>

/** Attributes that can be added up. */
export type NumberAttribute<T extends ModelType> = {
  [N in AttributeName<T>]: DefinitionOf<T, N> extends { type: infer K }
    ? string extends K
      ? N
      : K extends 'number' | 'bigint' | 'decimal' | 'any'
        ? N
        : never
    : N
}[AttributeName<T>]

/** Attributes that are dates. */
export type DateAttribute<T extends ModelType> = {
  [N in AttributeName<T>]: DefinitionOf<T, N> extends { type: infer K }
    ? string extends K
      ? N
      : K extends 'date'
        ? N
        : never
    : N
}[AttributeName<T>]

/** What stands on the right of an operator. */
export type OperandFor<T extends ModelType, N, O> = OperandOf<DefinitionOf<T, N>, O>
type OperandOf<D, O> = O extends 'in' | 'not in'
  ? readonly (InputOf<D> | null)[]
  : O extends 'between' | 'not between'
    ? readonly [InputOf<D>, InputOf<D>]
    : O extends 'size'
      ? number
      : O extends Presence
        ? boolean | undefined
        : O extends Containment | 'begins_with'
          ? PartOf<D>
          : O extends Order
            ? InputOf<D>
            : InputOf<D> | null
/** What a value can begin with or contain: text in text, bytes in bytes, an element in a set. */
type PartOf<D> = D extends { type: infer K }
  ? K extends 'string' | 'date'
    ? string
    : K extends 'binary'
      ? Uint8Array
      : K extends 'set'
        ? ElementOf<D>
        : any
  : any

type OverPivot = 'belongsToMany' | 'morphToMany' | 'morphedByMany'
type Many = OverPivot | 'hasMany' | 'hasManyThrough' | 'morphMany'
type Related<D> = D extends { model: () => infer M } ? (M extends ModelType ? FarRow<D, M, RecordOf<M>> : any) : any
/** A related row: with its pivot row, where one leads to it. */
type FarRow<D, M extends ModelType, R> = D extends { type: OverPivot } ? Row<M, R & WithPivot<PivotOf<D>>> : Row<M, R>
export type RelationValue<D> = D extends { type: infer K }
  ? string extends K
    ? any
    : K extends Many
      ? Related<D>[]
      : Related<D> | null
  : any
export type RelationName<T extends ModelType> = Extract<keyof RelationshipsOf<T>, string>
/** What `with(names)` adds to a record. */
export type Loaded<T extends ModelType, N extends string> = {
  [K in Extract<N, RelationName<T>>]: RelationValue<RelationshipsOf<T>[K]>
}

/** A relation, or a path of relations: `posts.comments`. */
export type RelationPath<T extends ModelType> = RelationName<T> | `${RelationName<T>}.${string}`
/** What `with(paths)` adds to a record. */
export type LoadedPath<T extends ModelType, P extends string> = LoadedFrom<RelationshipsOf<T>, P>
/** The same, seen from a `relationships` literal. */
export type LoadedFrom<D, P extends string> = {
  [K in Extract<HeadOf<P>, keyof D>]: NestedValue<D[K], RestOf<P, K>>
}
type HeadOf<P extends string> = P extends `${infer H}.${string}` ? H : P
type RestOf<P extends string, H extends string> = P extends `${H}.${infer Rest}` ? Rest : never
type NestedValue<D, Rest extends string> = [Rest] extends [never]
  ? RelationValue<D>
  : D extends { type: infer K; model: () => infer M extends ModelType }
    ? K extends Many
      ? FarRow<D, M, RecordOf<M> & LoadedPath<M, Rest>>[]
      : Row<M, RecordOf<M> & LoadedPath<M, Rest>> | null
    : RelationValue<D>

/** A record of which only some attributes were read; relations asked for before stay. */
export type Selected<T extends ModelType, N, R = unknown> = InstanceType<T> &
  Pick<ValuesOf<T>, Extract<N, keyof ValuesOf<T>>> &
  Pick<R, Extract<keyof R, RelationName<T>>>
