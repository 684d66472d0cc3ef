import type { DefinedModel, ModelClass, ModelDefinitionInput } from '../model/index.js'
import type { StacksDefinition } from './stacks-definition.js'

/** The value that a rule takes: of ts-validation and its like by `validate`, of schemas by their Standard Schema. */
type RuleValue<R> = 0 extends 1 & R
  ? unknown
  : R extends { readonly '~standard': { readonly types?: infer Types } }
    ? NonNullable<Types> extends { readonly input: infer I }
      ? I
      : unknown
    : R extends { validate(value: infer V): unknown }
      ? V
      : unknown
type RuleOf<A> = A extends { readonly validation: { readonly rule: infer R } }
  ? R
  : A extends { readonly validation: infer R }
    ? R
    : unknown
type TypeNamed<V> = unknown extends V
  ? 'any'
  : [V] extends [string]
    ? 'string'
    : [V] extends [number]
      ? 'number'
      : [V] extends [boolean]
        ? 'boolean'
        : [V] extends [bigint]
          ? 'bigint'
          : [V] extends [Date]
            ? 'date'
            : [V] extends [readonly unknown[]]
              ? 'list'
              : [V] extends [object]
                ? 'map'
                : 'any'
type Known = 'string' | 'number' | 'boolean' | 'date' | 'list' | 'map' | 'set' | 'binary' | 'bigint' | 'decimal' | 'any'
/** A choice of a few words or numbers. */
type EnumOf<V> = [V] extends [string]
  ? string extends V
    ? never
    : V
  : [V] extends [number]
    ? number extends V
      ? never
      : V
    : never
type Typed<A> = A extends { readonly type: readonly (infer E)[] }
  ? { type: TypeNamed<E>; enum: readonly E[] }
  : A extends { readonly type: infer K extends Known }
    ? { type: K }
    : [EnumOf<Exclude<RuleValue<RuleOf<A>>, null | undefined>>] extends [never]
      ? { type: TypeNamed<Exclude<RuleValue<RuleOf<A>>, null | undefined>> }
      : {
          type: TypeNamed<Exclude<RuleValue<RuleOf<A>>, null | undefined>>
          enum: readonly EnumOf<Exclude<RuleValue<RuleOf<A>>, null | undefined>>[]
        }
type AttributeOf<A> = Typed<A> &
  (A extends { readonly required: true } ? { required: true } : {}) &
  (A extends { readonly default: infer F extends {} } ? { default: F } : {})
type AttributesIn<D> = D extends { readonly attributes: infer A } ? { readonly [K in keyof A]: AttributeOf<A[K]> } : {}
type Key<D> = D extends { readonly primaryKey: infer P extends string } ? P : 'id'
type WithKey<D> = AttributesIn<D> &
  (Key<D> extends keyof AttributesIn<D> ? {} : { readonly [K in Key<D>]: { type: 'string' } })
/** Timestamps are on unless the traits say no; soft deletes are off unless they say yes. */
type Timestamps<T> = T extends { readonly useTimestamps: infer S } | { readonly timestampable: infer S }
  ? [S] extends [boolean]
    ? S
    : S extends object
      ? Pick<S, Extract<keyof S, 'createdAt' | 'updatedAt'>>
      : true
  : true
type SoftDeletes<T> = T extends { readonly useSoftDeletes: infer S } | { readonly softDeletable: infer S }
  ? [S] extends [false]
    ? false
    : S extends { readonly deletedAt: infer N }
      ? { readonly attribute: N }
      : true
  : false
type TraitsOf<D> = D extends { readonly traits: infer T } ? T : {}

interface Read<D> {
  readonly name: string
  readonly attributes: WithKey<D>
  readonly primaryKey: Key<D>
  readonly timestamps: Timestamps<TraitsOf<D>>
  readonly softDeletes: SoftDeletes<TraitsOf<D>>
}
/** The model of a Stacks definition. */
export type StacksModel<D extends StacksDefinition> =
  Read<D> extends infer R extends ModelDefinitionInput ? DefinedModel<R> : ModelClass
