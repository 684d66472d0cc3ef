import type { AttributeType } from '../values/index.js'
import type { SoftDeleteOptions, TimestampOptions, TtlOptions } from './lifetimes.js'
import type { RelationType } from './relation-kinds.js'

/** The part of a Standard Schema (zod, valibot, arktype …) that is used here. Source: the Standard Schema v1 specification. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
  }
}
type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** Turns a stored value into what the program sees, and back. */
export interface CustomCast {
  get(value: any): unknown
  set(value: any): unknown
}
/** A named cast coerces what is assigned; a custom one has its own two ways. */
export type Cast =
  | 'string'
  | 'int'
  | 'integer'
  | 'float'
  | 'number'
  | 'bool'
  | 'boolean'
  | 'date'
  | 'datetime'
  | CustomCast

export type Format = 'email' | 'url' | 'uuid' | 'ulid' | 'ipv4' | 'ipv6' | 'date' | 'datetime' | 'slug'

/** What a rule that is a function is told besides the value. */
export interface ValidationContext {
  readonly model: string
  /** The attribute, or the place inside it: `address.city`, `tags[0]`. */
  readonly attribute: string
  /** The whole of what is checked: the record in a write, the data in `validate(data)`. */
  readonly data: Readonly<Record<string, any>>
  /** Aborts when the answer comes too late, or nobody waits for it any more. */
  readonly signal: AbortSignal
}
type Verdict = boolean | string | undefined
/** Returns true (fine), false, or a message. May be asynchronous. */
export type RuleFunction = (value: any, context: ValidationContext) => Verdict | Promise<Verdict>
/** A rule object of `@stacksjs/ts-validation`, or of whoever answers like it. */
export interface RuleObject {
  readonly validate: (value: any) => boolean | { readonly valid: boolean }
}
/** A rule as text (`'min:5'`; outside a list several, with | between), a function, a Standard Schema, a rule object. */
export type RuleSpec = string | StandardSchema | RuleObject | RuleFunction
/** Rules, or rules with their messages. */
export type Validation = RuleSpec | readonly RuleSpec[] | ValidationOptions
export interface ValidationOptions {
  readonly rule?: RuleSpec | readonly RuleSpec[]
  /** In place of the messages of rules: one for all, or by rule. `:attribute` is the name, `:min` and the like the words. */
  readonly message?: string | Readonly<Record<string, string>>
  /** What holds of every element of a list or set. */
  readonly each?: Validation
  /** What holds of members of a map. */
  readonly fields?: Readonly<Record<string, Validation>>
}

/** What a model says about one attribute. */
export interface AttributeOptions {
  readonly type: AttributeType
  /** Must be there and not null. Default false. */
  readonly required?: boolean
  /** No two rows of the model may have the same value. */
  readonly unique?: boolean
  /** Readable by this attribute: takes a slot in an index. */
  readonly index?: boolean
  /** Only rows that have the attribute are in its index. That is DynamoDB's way in any case; the flag says it is meant. */
  readonly sparse?: boolean
  /** Given to a row that is created without the attribute: a value, or a function called for each row. */
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  /** Least and greatest value of a number, bigint, decimal or date. */
  readonly min?: unknown
  readonly max?: unknown
  /** Length of a string in characters, of a list or set in elements, of binary in bytes. */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: RegExp | string
  readonly format?: Format | (string & {})
  /** Returns true (fine), false, or a message. May be asynchronous. */
  readonly validate?: RuleFunction
  readonly schema?: StandardSchema
  /** More rules: `'required|email|min:5'`, a list, a schema or rule object, or `{ rule, message, each, fields }`. */
  readonly validation?: Validation
  readonly cast?: Cast | (string & {})
  /** Left out of `toJSON` and of every log and error. */
  readonly hidden?: boolean
  readonly fillable?: boolean
  readonly guarded?: boolean
  /** Stored encrypted: needs `encryption` in the config. */
  readonly encrypted?: boolean
  /**
   * Equal values of an encrypted attribute can be found, by a keyed hash that is stored beside it, and it can be `unique` and
   * have an `index`. Who reads the table sees which rows have the same value.
   */
  readonly blindIndex?: boolean
  /** Makes values for tests and seeds: is given faker (`faker => faker.person.fullName()`). */
  readonly factory?: (faker: any) => unknown
  /** What a record shows of a stored value: called when a row is read. */
  readonly get?: (value: any) => unknown
  /** Element type of a `set`, default `string`; or a function that makes the stored value of one that is given. It is given the record, too. */
  readonly set?:
    | 'string'
    | 'number'
    | 'bigint'
    | 'decimal'
    | 'binary'
    | (string & {})
    | ((value: any, record: any) => unknown)
}

/** What becomes of the rows that belong to a row when it is deleted. */
export type OnDelete = 'cascade' | 'restrict' | 'nullify'

/** What a model says about one relation. `model` is a class name, or a function that returns the class. */
export interface RelationOptions {
  readonly type: RelationType
  readonly model?: string | (() => unknown)
  /** The attribute that holds the other's key. Default: the owner's name in camel case with `Id`. */
  readonly foreignKey?: string
  /** The attribute it points to. Default: the owner's primary key. */
  readonly localKey?: string
  /** Attribute that orders the children, before their id. */
  readonly sortBy?: string
  /** The model in between: of `hasManyThrough` and `hasOneThrough`, or the pivot of `belongsToMany` (default: both names). */
  readonly through?: string | (() => unknown)
  /** `hasManyThrough`: the attribute of the far model that holds the key of the one in between. */
  readonly throughKey?: string
  /** `belongsToMany`, `morphToMany`: the attribute of the pivot that holds the other's key. */
  readonly relatedKey?: string
  /** Attributes that pivot rows carry besides the two keys. */
  readonly pivot?: Readonly<Record<string, AttributeOptions>>
  /**
   * What becomes of the rows on the far side (of `belongsTo`: of this model's rows) when the row they belong to is deleted:
   * deleted too, a reason not to delete it, or their key taken away (`set null` says the same). Of many-to-many relations it
   * is said of the pivot rows. Default: nothing (`no action`).
   */
  readonly onDelete?: OnDelete | 'set null' | 'no action'
  /**
   * `hasMany`, `morphMany`: keeps the number of rows on the owner, in the attribute `{relation}Count` or one of this name,
   * changed in the transaction that writes the row. `withCount` then reads it.
   */
  readonly counterCache?: boolean | string
  /** Morph relations: `commentable` for the attributes `commentableType` and `commentableId`. */
  readonly name?: string
}

/** A secondary access pattern declared on a model (`static indexes`). */
export interface IndexOptions {
  /** Attributes that a query must fix. Without it the index lists the model. */
  readonly partition?: readonly string[]
  /** Attributes that order the rows, before their id. */
  readonly sort?: readonly string[]
  /** Only rows with these values are in the index. */
  readonly when?: Readonly<Record<string, unknown>>
  /** Partitions that a busy index partition is spread over; a query asks all of them and merges. */
  readonly shards?: number
  /** What the index holds besides the keys: everything (default), nothing, or these attributes. */
  readonly projection?: 'ALL' | 'KEYS_ONLY' | readonly string[]
  /** A local secondary index: another order inside the partitions of the table. */
  readonly local?: boolean
}

/**
 * How a row is known to be of a model: the type attribute names it, its keys are such as the model writes, or a function
 * says so of its attributes as plain values.
 */
export type RecognizedBy = 'type' | 'keys' | ((item: Readonly<Record<string, unknown>>) => boolean)

/** A model in any form, as plain data: what a class's statics and fields say, or what `defineModel` is given. */
export interface ModelDefinition {
  readonly name: string
  readonly table?: string
  readonly primaryKey?: string
  readonly idType?: 'ulid' | 'uuid' | 'uuidv7'
  /** Keeps `createdAt` and `updatedAt`, or attributes of these names. */
  readonly timestamps?: boolean | TimestampOptions
  readonly softDeletes?: boolean | SoftDeleteOptions
  /** Optimistic lock: the attribute that counts the writes of a row (`true`: `version`). `versioning` is the same. */
  readonly version?: boolean | string
  readonly versioning?: boolean | string
  /** Time to Live: the attribute with the moment from which a row may be removed (`true`: `ttl`). */
  readonly ttl?: boolean | string | TtlOptions
  readonly attributes: Readonly<Record<string, AttributeOptions>>
  readonly relationships?: Readonly<Record<string, RelationOptions>>
  readonly keyPattern?: Readonly<Record<string, string>>
  /** Values in keys: escaped, so that none reaches into another key, or as other programs write them. Default `escaped`. */
  readonly keySegments?: 'escaped' | 'plain'
  /** The value of the type attribute on the model's rows. Default: the model's name. */
  readonly entityType?: string
  /** How a row is known to be of the model. Default `type`; in a table of its own every row is. */
  readonly recognizedBy?: RecognizedBy
  readonly indexes?: Readonly<Record<string, IndexOptions>>
  readonly hidden?: readonly string[]
  readonly visible?: readonly string[]
  readonly fillable?: readonly string[]
  readonly guarded?: readonly string[]
  readonly casts?: Readonly<Record<string, Cast | (string & {})>>
  /** Functions that are told what happens to rows, by event: `{ creating: (user) => … }`. */
  readonly hooks?: Readonly<Record<string, Told | readonly Told[]>>
  /** Names of getters that `toJSON` shows besides attributes. */
  readonly appends?: readonly string[]
  /** What a definition says that means nothing to this package; kept for whoever it means something to. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Rows on a page that does not say how many. Default 15. */
  readonly perPage?: number
  /** True: every write of a row is recorded in the same transaction. See docs/security.md. */
  readonly audit?: boolean
  /** False: all tenants share the rows. True: a program without `tenancy` in its config may not use the model. */
  readonly tenant?: boolean
  /** Conditions that every query of the model has, by name: `{ active: (query) => query.where('status', 'active') }`. */
  readonly globalScopes?: Readonly<Record<string, Scope>>
  /** Parts of queries, by the name of the method that adds them. */
  readonly scopes?: Readonly<Record<string, Scope>>
}
/** Is given a query, and returns what it makes of it. */
type Scope = (query: any, ...given: any[]) => any
/** Is given a record. */
type Told = (record: any) => unknown
