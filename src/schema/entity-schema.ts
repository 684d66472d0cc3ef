import type { AttributeType } from '../values/index.js'
import type { AttributeOptions, Cast, IndexOptions, ModelDefinition, OnDelete, RecognizedBy } from './definition.js'
import type { RelationType } from './relation-kinds.js'

/** One attribute, checked and with its defaults filled in. Frozen plain data. */
export interface AttributeSchema {
  readonly kind: 'attribute'
  readonly name: string
  readonly type: AttributeType
  readonly required: boolean
  readonly unique: boolean
  readonly index: boolean
  readonly hidden: boolean
  readonly fillable: boolean
  /** Stored encrypted. */
  readonly encrypted: boolean
  /** The encrypted attribute of which this one holds the keyed hash. */
  readonly blindIndexOf: string | undefined
  /** Kept, or known by its meaning: timestamps, the version of the row, the moment it expires. */
  readonly managed: 'createdAt' | 'updatedAt' | 'deletedAt' | 'version' | 'expiry' | undefined
  readonly elements: 'string' | 'number' | 'bigint' | 'decimal' | 'binary' | undefined
  readonly cast: Cast | undefined
  /** The rest of what the model said: default, enum, min … */
  readonly options: AttributeOptions
}

/** One relation, with its names filled in. */
export interface RelationSchema {
  readonly kind: 'relation'
  readonly name: string
  readonly type: RelationType
  /** The related model: its name, or the class itself through a function. */
  readonly model: string | (() => unknown) | undefined
  /** On the other model for hasOne, hasMany and morphs, on this one for belongsTo and morphTo, on the one in between otherwise. */
  readonly foreignKey: string
  readonly localKey: string | undefined
  readonly sortBy: string | undefined
  /** The model in between, where there is one and it has a name. */
  readonly through: string | (() => unknown) | undefined
  /** On the far model of a `hasManyThrough`; undefined where the name of the model in between decides. */
  readonly throughKey: string | undefined
  /** On the pivot; undefined where the other's name decides. */
  readonly relatedKey: string | undefined
  readonly pivot: Readonly<Record<string, AttributeOptions>> | undefined
  readonly onDelete: OnDelete | undefined
  /** The attribute of this model that holds the number of rows. */
  readonly counter: string | undefined
  /** The name of a morph: its attributes are `{morph}Type` and `{morph}Id`. */
  readonly morph: string | undefined
}

/**
 * A model as everything below it sees it: one frozen object, whatever form the model was written in.
 * Made once per model by `entitySchemaOf`.
 */
export interface EntitySchema {
  readonly kind: 'entity'
  /** The model's name: `BlogPost`. */
  readonly name: string
  /** What the entity type attribute holds on the model's rows: the name, unless the model says otherwise. */
  readonly entityType: string
  /** How a row is known to be of the model; undefined where the model does not say. */
  readonly recognizedBy: RecognizedBy | undefined
  readonly keySegments: 'escaped' | 'plain'
  /** The name in keys: `BLOG_POST`. */
  readonly prefix: string
  /** The table's name where every model has its own. */
  readonly table: string
  readonly primaryKey: string
  readonly idType: 'ulid' | 'uuid' | 'uuidv7'
  readonly attributes: readonly AttributeSchema[]
  readonly attribute: ReadonlyMap<string, AttributeSchema>
  readonly relations: ReadonlyMap<string, RelationSchema>
  readonly timestamps: boolean
  /** The attributes that hold these moments, where the model has them. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string
  readonly softDeletes: boolean
  /** Seconds that a soft-deleted row is kept; undefined for ever. */
  readonly trashSeconds: number | undefined
  /** The attribute that counts the writes of a row (optimistic lock). */
  readonly version: string | undefined
  /** The attribute with the moment a row expires, in epoch seconds. DynamoDB: "Time to Live". */
  readonly ttl: string | undefined
  readonly keyPattern: Readonly<Record<string, string>> | undefined
  readonly indexes: Readonly<Record<string, IndexOptions>>
  readonly hidden: ReadonlySet<string>
  /** Attributes whose values are in no message, log or inspection: hidden and encrypted ones. */
  readonly secret: ReadonlySet<string>
  readonly visible: ReadonlySet<string> | undefined
  /** Getters that `toJSON` shows. */
  readonly appends: ReadonlySet<string>
  /** Rows on a page that does not say how many. */
  readonly perPage: number
  /** True where every write of a row is recorded. */
  readonly audit: boolean
  /** True where each tenant has rows of its own, false for rows that all tenants share; undefined: as the config says. */
  readonly tenant: boolean | undefined
  /** Local scopes, by name. */
  readonly scopes: ReadonlyMap<string, (query: any, ...given: readonly any[]) => unknown>
  readonly definition: ModelDefinition
}
