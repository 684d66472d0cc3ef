import type { AttributeType } from '../values/index.js'

/** What a Stacks model says of one attribute. */
export interface StacksAttribute {
  readonly type?: AttributeType | 'text' | readonly (string | number)[] | (string & {})
  readonly order?: number
  readonly fillable?: boolean
  readonly guarded?: boolean
  readonly hidden?: boolean
  readonly required?: boolean
  readonly nullable?: boolean
  readonly unique?: boolean
  readonly default?: unknown
  readonly cast?: string | { get(value: any): unknown; set(value: any): unknown }
  readonly foreignKey?: unknown
  readonly validation?: unknown
  /** The older name of `validation`. */
  readonly validator?: unknown
  readonly factory?: (faker: any) => unknown
}

export interface StacksIndex {
  readonly name?: string
  readonly columns: readonly string[]
  readonly unique?: boolean
}

/** Names of models, or objects, or either by the name of the relation. */
export type StacksRelations =
  | string
  | readonly (string | StacksRelation)[]
  | Readonly<Record<string, string | StacksRelation>>
  | StacksRelation
export interface StacksRelation {
  readonly model?: string
  readonly target?: string
  readonly relationName?: string
  readonly foreignKey?: string
  readonly [option: string]: unknown
}

/** A Stacks model: what `defineModel` of `@stacksjs/orm` is given, or a plain object that satisfies its `Model`. */
export interface StacksDefinition {
  readonly name?: string
  readonly table?: string
  readonly primaryKey?: string
  readonly autoIncrement?: boolean
  readonly indexes?: readonly StacksIndex[]
  readonly traits?: Readonly<Record<string, unknown>>
  readonly attributes?: Readonly<Record<string, StacksAttribute>>
  /** The older name of `attributes`. */
  readonly fields?: Readonly<Record<string, StacksAttribute>>
  readonly hasOne?: StacksRelations
  readonly hasMany?: StacksRelations
  readonly belongsTo?: StacksRelations
  readonly belongsToMany?: StacksRelations
  readonly hasOneThrough?: StacksRelations
  readonly hasManyThrough?: StacksRelations
  readonly morphOne?: StacksRelations
  readonly morphMany?: StacksRelations
  readonly morphTo?: unknown
  readonly morphToMany?: StacksRelations
  readonly morphedByMany?: StacksRelations
  readonly get?: Readonly<Record<string, (attributes: any) => unknown>>
  readonly set?: Readonly<Record<string, (attributes: any) => unknown>>
  readonly scopes?: Readonly<Record<string, (...given: any[]) => any>>
  readonly hooks?: Readonly<Record<string, (...given: any[]) => unknown>>
}

/** Everything that is known of the models that are read together, by name. */
export type KnownModels = ReadonlyMap<string, StacksDefinition>

export const attributesOf = (definition: StacksDefinition): Readonly<Record<string, StacksAttribute>> =>
  definition.attributes ?? definition.fields ?? {}

const SIGNS = [
  'attributes',
  'fields',
  'traits',
  'hasOne',
  'hasMany',
  'belongsTo',
  'belongsToMany',
  'table',
  'primaryKey',
  'indexes',
] as const

/** True for an object that is a Stacks model, and not any other that a file may export. */
export function isStacksDefinition(value: unknown): value is StacksDefinition {
  if (!isPlainObject(value)) return false
  const has = SIGNS.filter((sign) => Object.hasOwn(value, sign))
  return has.includes('attributes') || has.includes('fields') || (Object.hasOwn(value, 'name') && has.length > 0)
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
