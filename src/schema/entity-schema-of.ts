import { suggest } from '../kernel/index.js'
import { kindOf } from '../values/index.js'
import type { AttributeOptions, IndexOptions, ModelDefinition, RelationOptions } from './definition.js'
import type { EntitySchema } from './entity-schema.js'
import { SchemaError } from './errors.js'
import {
  ANYTHING,
  COUNT,
  FLAG,
  FLAG_OR_OPTIONS,
  NAMES,
  OBJECT,
  type OptionKind,
  SETTING,
  TEXT,
} from './option-kinds.js'
import { readDefinition } from './read-definition.js'

/** A model class, seen from below: statics, and a constructor whose fields hold the definitions. */
export type ModelSource = abstract new (...args: any[]) => object

/** What a model class may say in statics. */
const STATICS = [
  'modelName',
  'table',
  'primaryKey',
  'idType',
  'uuid',
  'timestamps',
  'softDeletes',
  'version',
  'versioning',
  'ttl',
  'keyPattern',
  'keySegments',
  'entityType',
  'recognizedBy',
  'indexes',
  'hidden',
  'visible',
  'fillable',
  'guarded',
  'casts',
  'hooks',
  'globalScopes',
  'appends',
  'perPage',
  'tenant',
  'audit',
  'metadata',
] as const
/** Statics that this version does not act on, Eloquent's among them, with the way there is; silence would be a promise. */
const NOT_AVAILABLE: Readonly<Record<string, string | undefined>> = {
  streams: undefined,
  with: "Read relations along where they are wanted: with('posts'), or a local scope that says so.",
  withCount: "Count related rows where it is wanted: withCount('posts'), or keep the number: counterCache.",
  touches: 'Touch the owner in a hook: saved(async (post) => (await post.related("author").first())?.touch()).',
  keyType: 'The attribute of the primary key says its type.',
  incrementing: 'Keys are made of idType: ulid, uuid or uuidv7.',
  dates: "Attributes of the type 'date' are dates.",
  dateFormat: 'queryBuilder.timestampFormat says how dates of the package are stored.',
  dispatchesEvents: 'Write static hooks, or addHook(…).',
  observables: 'Write static hooks, or addHook(…).',
  preventsLazyLoading: "Set queryBuilder.lazyLoading to 'forbid'.",
}

const KNOWN = [...STATICS, 'streams', 'gsis', 'connection', 'scopes'] as const
/** What a model class may say in fields. */
const FIELDS = ['attributes', 'relationships', 'scopes'] as const

const schemas = new WeakMap<object, EntitySchema>()

/**
 * The schema of a model class. The class is instantiated once, to read `attributes` and `relationships`; after that
 * the answer comes from memory, so hydrating a record never runs its field initialisers.
 *
 * @throws SchemaError for a fault in the definition
 */
export function entitySchemaOf(model: ModelSource): EntitySchema {
  const known = schemas.get(model)
  if (known !== undefined) return known
  const schema = readModelClass(model)
  schemas.set(model, schema)
  return schema
}

/** Forgets what was read of a model class, so that changed statics (`setCasts`) are read again. */
export function forgetEntitySchema(model: ModelSource): void {
  schemas.delete(model)
}

function readModelClass(model: ModelSource): EntitySchema {
  const statics = model as unknown as Record<string, unknown>
  const name = (statics['modelName'] as string | undefined) ?? model.name
  checkStatics(model, name)
  const fields = new (model as new () => object)() as {
    attributes?: unknown
    relationships?: unknown
    scopes?: unknown
  }
  checkFields(fields, name)
  const definition: ModelDefinition = {
    name,
    attributes: (fields.attributes ?? {}) as Record<string, AttributeOptions>,
    ...(fields.relationships === undefined
      ? {}
      : { relationships: fields.relationships as Record<string, RelationOptions> }),
    ...(fields.scopes === undefined && statics['scopes'] === undefined
      ? {}
      : {
          scopes: { ...(statics['scopes'] as object), ...(fields.scopes as object) } as Record<string, () => unknown>,
        }),
    ...(statics['uuid'] === true ? { idType: 'uuid' as const } : {}),
    ...Object.fromEntries(
      STATICS.filter((key) => key !== 'modelName' && key !== 'uuid').flatMap((key) =>
        statics[key] === undefined ? [] : [[key, statics[key]]],
      ),
    ),
    ...(statics['gsis'] === undefined
      ? {}
      : { indexes: { ...(statics['indexes'] as object), ...readGsis(name, statics['gsis']) } }),
  }
  checkAppends(model, name, definition.appends)
  return readDefinition(definition, memberNames(model))
}

/** What `toJSON` is to show besides attributes is a getter of the class. */
function checkAppends(model: ModelSource, name: string, appends: readonly string[] = []): void {
  const getters = new Set<string>()
  for (let at = model.prototype as object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const get: unknown = Reflect.get(descriptor, 'get')
      if (get !== undefined && !freeMembers.has(get)) getters.add(member)
    }
  for (const appended of appends) {
    if (getters.has(appended)) continue
    const meant = suggest(appended, getters)
    throw new SchemaError(
      'SCHEMA.INVALID_STATIC',
      `${name}.appends names "${appended}", which is no getter of ${name}.`,
      {
        hint: meant === undefined ? `Write get ${appended}() { … } in the class.` : `Did you mean "${meant}"?`,
      },
    )
  }
}

/** `static gsis = [{ name: 'byStatus', partitionKey: 'status', sortKey: 'createdAt' }]`: indexes in the words of DynamoDB. */
function readGsis(model: string, gsis: unknown): Record<string, IndexOptions> {
  const fault = (): SchemaError =>
    new SchemaError('SCHEMA.INVALID_STATIC', `${model}.gsis is not a list of indexes.`, {
      hint: "Write [{ name: 'byStatus', partitionKey: 'status', sortKey: 'createdAt' }], or use static indexes.",
    })
  if (!Array.isArray(gsis)) throw fault()
  return Object.fromEntries(
    gsis.map((gsi: unknown) => {
      if (typeof gsi !== 'object' || gsi === null) throw fault()
      const { name, partitionKey, sortKey, projection, sparse, ...rest } = gsi as Record<string, unknown>
      // `sparse` says what holds of every index here: rows without its attributes are not in it.
      if (
        typeof name !== 'string' ||
        typeof partitionKey !== 'string' ||
        Object.keys(rest).length > 0 ||
        !['undefined', 'boolean'].includes(typeof sparse)
      )
        throw fault()
      const options = {
        partition: [partitionKey],
        ...(typeof sortKey === 'string' ? { sort: [sortKey] } : {}),
        ...(projection === undefined ? {} : { projection }),
      }
      return [name, options as unknown as IndexOptions]
    }),
  )
}

const STATIC_KINDS: Readonly<Record<(typeof STATICS)[number], OptionKind>> = {
  modelName: TEXT,
  table: TEXT,
  primaryKey: TEXT,
  idType: TEXT,
  uuid: FLAG,
  timestamps: FLAG_OR_OPTIONS,
  softDeletes: FLAG_OR_OPTIONS,
  version: SETTING,
  versioning: SETTING,
  ttl: SETTING,
  keyPattern: OBJECT,
  keySegments: TEXT,
  entityType: TEXT,
  recognizedBy: ANYTHING,
  indexes: OBJECT,
  hidden: NAMES,
  visible: NAMES,
  fillable: NAMES,
  guarded: NAMES,
  casts: OBJECT,
  hooks: OBJECT,
  globalScopes: OBJECT,
  appends: NAMES,
  perPage: COUNT,
  tenant: FLAG,
  audit: FLAG,
  metadata: ANYTHING,
}

/** Statics of the class and of the classes it extends. */
function staticsOf(model: ModelSource): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  for (let at: object | null = model; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    if (at === Function.prototype) break
    for (const key of Object.getOwnPropertyNames(at)) {
      if (key === 'length' || key === 'name' || key === 'prototype' || found.has(key)) continue
      found.set(key, (at as unknown as Record<string, unknown>)[key])
    }
  }
  return found
}

function checkStatics(model: ModelSource, name: string): void {
  for (const [key, value] of staticsOf(model)) {
    // A method of the class's own may have any name.
    if (typeof value !== 'function' && Object.hasOwn(NOT_AVAILABLE, key))
      throw new SchemaError(
        'SCHEMA.NOT_AVAILABLE',
        `${name} sets \`static ${key}\`, which this version cannot act on.`,
        {
          hint: NOT_AVAILABLE[key],
        },
      )
    if (typeof value !== 'function' && hidesMethod(model, key))
      throw new SchemaError('SCHEMA.INVALID_STATIC', `${name} sets \`static ${key}\`, which is a method of models.`, {
        hint: 'Choose another name for it.',
      })
    const kind = Object.hasOwn(STATIC_KINDS, key) ? STATIC_KINDS[key as keyof typeof STATIC_KINDS] : undefined
    if (kind !== undefined && value !== undefined && !kind.accepts(value))
      throw new SchemaError('SCHEMA.INVALID_STATIC', `${name}.${key} must be ${kind.a}, not ${kindOf(value)}.`)
    if (typeof value === 'function' || (KNOWN as readonly string[]).includes(key)) continue
    const isField = (FIELDS as readonly string[]).includes(key)
    const meant = isField ? key : suggest(key, [...KNOWN, ...FIELDS])
    if (meant !== undefined)
      throw new SchemaError('SCHEMA.INVALID_STATIC', `${name} sets \`static ${key}\`.`, {
        hint: isField ? `Write it as a field: ${key} = { … }` : `Did you mean "${meant}"?`,
      })
  }
}

/** True for a static under which a class that the model extends has a method. */
function hidesMethod(model: ModelSource, key: string): boolean {
  for (let at: object | null = Object.getPrototypeOf(model) as object; typeof at === 'function'; ) {
    if (at === Function.prototype) return false
    const value: unknown = Object.getOwnPropertyDescriptor(at, key)?.value
    if (typeof value === 'function' && !freeMembers.has(value)) return true
    at = Object.getPrototypeOf(at) as object | null
  }
  return false
}

/** A misspelt field would be a model without attributes; a static written as a field would do nothing. */
function checkFields(fields: object, model: string): void {
  for (const key of Object.keys(fields)) {
    if ((FIELDS as readonly string[]).includes(key)) continue
    const isStatic = (KNOWN as readonly string[]).includes(key)
    const meant = isStatic ? key : suggest(key, FIELDS)
    if (meant === undefined) continue
    throw new SchemaError('SCHEMA.INVALID_STATIC', `${model} has a field "${key}".`, {
      hint: isStatic ? `Write it as a static: static ${key} = …` : `Did you mean "${meant}"?`,
    })
  }
}

/**
 * Members whose names are free all the same: those that records have because their model has relations, which are no reason
 * to refuse a subclass the same ones, methods that do nothing but refuse, and where such a method was, nothing.
 */
export const freeMembers: Set<unknown> = new Set([undefined])

/** Methods and accessors that records of this class have: no attribute may take such a name. */
function memberNames(model: ModelSource): ReadonlySet<string> {
  const names = new Set(['attributes', 'relationships', 'scopes'])
  for (
    let at: object | null = model.prototype as object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (!freeMembers.has(Reflect.get(member, 'value' in member ? 'value' : 'get'))) names.add(name)
  return names
}
