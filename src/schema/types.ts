// What TypeScript knows of a model, computed from its class. Definitions written without `as const` have the type
// `string` where the literal would be: names are still exact then, values are `any`.

/** A model class as the types see it. */
export type ModelType = abstract new (...args: any[]) => object

/** The `attributes` literal of a model. */
export type AttributesOf<T extends ModelType> = InstanceType<T> extends { attributes: infer A } ? A : {}
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
interface Inputs extends Omit<Values, 'date' | 'decimal'> {
  date: Date | string
  decimal: string | number | bigint
}

type ElementOf<D> = D extends { set: infer E }
  ? string extends E
    ? any
    : E extends keyof Elements
      ? Elements[E]
      : any
  : string
type TypedAs<D, Map> = D extends { cast: { get(value: any): infer G } }
  ? G
  : D extends { type: infer K }
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
export type ValueOf<D> = TypedAs<D, Values>
/** The value an attribute may be given. */
export type InputOf<D> = TypedAs<D, Inputs>

/** An attribute that every stored record has: required, or filled by a default. Not known of a definition without `as const`. */
type Present<D> = D extends { type: infer K }
  ? string extends K
    ? true
    : D extends { required: true } | { default: {} | null }
      ? true
      : false
  : true
type PresentNames<A> = { [K in keyof A]: Present<A[K]> extends true ? K : never }[keyof A]

type TimestampValues<T> = T extends { timestamps: infer B }
  ? [B] extends [false]
    ? {}
    : { createdAt: Date; updatedAt: Date }
  : {}
type SoftDeleteValues<T> = T extends { softDeletes: infer B }
  ? [B] extends [false]
    ? {}
    : { deletedAt?: Date | undefined }
  : {}
export type ManagedValues<T> = TimestampValues<T> & SoftDeleteValues<T>

type RecordValues<A> = { -readonly [K in PresentNames<A>]: ValueOf<A[K]> } & {
  -readonly [K in Exclude<keyof A, PresentNames<A>>]?: ValueOf<A[K]> | null | undefined
}
/** Every attribute of a model with its value. */
export type ValuesOf<T extends ModelType> = RecordValues<AttributesOf<T>> & ManagedValues<T>

/** A record of a model: its methods and its attributes. */
export type RecordOf<T extends ModelType> = InstanceType<T> & ValuesOf<T>

/** What `create` takes: required attributes without a default must be there; `id` is made where it is missing. */
export type CreateInput<T extends ModelType> = CreateValues<AttributesOf<T>>
type CreateRequired<A> = {
  [K in keyof A]: K extends 'id'
    ? never
    : A[K] extends { default: infer _ }
      ? never
      : A[K] extends { required: true }
        ? K
        : never
}[keyof A]
type CreateValues<A> = { [K in CreateRequired<A>]: InputOf<A[K]> } & {
  [K in Exclude<keyof A, CreateRequired<A>>]?: InputOf<A[K]> | null | undefined
}

/** What `update` and `fill` take: any attributes. */
export type UpdateInput<A> = {
  [K in keyof A]?: (A[K] extends { required: true } ? InputOf<A[K]> : InputOf<A[K]> | null | undefined) | undefined
}

/** Names of attributes, those the package keeps itself included. */
export type AttributeName<T extends ModelType> = Extract<keyof AttributesOf<T> | keyof ManagedValues<T>, string>
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
/** An attribute, or a place inside one: `address.city`, `tags[0]`. */
export type AttributePath<T extends ModelType> =
  | AttributeName<T>
  | `${Nestable<AttributesOf<T>>}.${string}`
  | `${Nestable<AttributesOf<T>>}[${number}]${string}`

/** The value a condition on an attribute compares with. */
export type WhereValue<T extends ModelType, N> = N extends keyof AttributesOf<T>
  ? InputOf<AttributesOf<T>[N]> | null
  : N extends keyof ManagedValues<T>
    ? Date | string | null
    : any

type Equality = '=' | '!=' | '<>'
type Order = '<' | '<=' | '>' | '>='
/** Conditions that an attribute of this kind can be part of. */
export type Operator =
  | Equality
  | Order
  | 'in'
  | 'not in'
  | 'between'
  | 'not between'
  | 'begins_with'
  | 'contains'
  | 'not contains'
  | 'exists'
  | 'not exists'
  | 'size'
type OperatorOfType<D> = D extends { type: infer K }
  ? string extends K
    ? Operator
    : K extends 'string' | 'binary'
      ? Exclude<Operator, never>
      : K extends 'number' | 'bigint' | 'decimal' | 'date'
        ?
            | Exclude<Operator, 'begins_with' | 'contains' | 'not contains' | 'size'>
            | (K extends 'date' ? 'begins_with' : never)
        : K extends 'boolean'
          ? Equality | 'in' | 'not in' | 'exists' | 'not exists'
          : K extends 'set' | 'list'
            ? Equality | 'contains' | 'not contains' | 'exists' | 'not exists' | 'size'
            : Operator
  : Operator
export type OperatorFor<T extends ModelType, N> = N extends keyof AttributesOf<T>
  ? OperatorOfType<AttributesOf<T>[N]>
  : Operator

/** What stands on the right of an operator. */
export type OperandFor<T extends ModelType, N, O> = O extends 'in' | 'not in'
  ? readonly WhereValue<T, N>[]
  : O extends 'between' | 'not between'
    ? readonly [WhereValue<T, N>, WhereValue<T, N>]
    : O extends 'size'
      ? number
      : O extends 'contains' | 'not contains'
        ? any
        : O extends 'exists' | 'not exists'
          ? boolean | undefined
          : WhereValue<T, N>

type Many = 'hasMany' | 'belongsToMany' | 'hasManyThrough' | 'morphMany' | 'morphToMany'
type Related<D> = D extends { model: () => infer M } ? (M extends ModelType ? RecordOf<M> : any) : any
type RelationValue<D> = D extends { type: infer K }
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

/** A record of which only some attributes were read. */
export type Selected<T extends ModelType, N> = InstanceType<T> & Pick<ValuesOf<T>, Extract<N, keyof ValuesOf<T>>>
