import { suggest } from '../kernel/index.js'
import { type AttributeType, kindOf } from '../values/index.js'
import type { AttributeOptions, ModelDefinition, OnDelete, RelationOptions } from './definition.js'
import { blindIndexName, blindOptions, checkEncrypted, checkKept } from './encrypted-attributes.js'
import type { AttributeSchema, EntitySchema, RelationSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'
import { readLifetimes } from './lifetimes.js'
import { camelCase, snakeCase, upperSnakeCase } from './names.js'
import {
  ANYTHING,
  BOUND,
  CHOICES,
  FLAG,
  FUNCTION,
  faultIn,
  LENGTH,
  MODEL,
  OBJECT,
  type OptionKinds,
  PATTERN,
  SETTING,
  STANDARD_SCHEMA,
  TEXT,
  TEXT_OR_FUNCTION,
} from './option-kinds.js'
import { RELATION_TYPES } from './relation-kinds.js'
import { claims, requires, ruleListOf } from './rule-spec.js'

const TYPES: readonly AttributeType[] = [
  'string',
  'number',
  'boolean',
  'date',
  'list',
  'map',
  'set',
  'binary',
  'bigint',
  'decimal',
  'json',
  'any',
]
const ELEMENTS = ['string', 'number', 'bigint', 'decimal', 'binary'] as const
/** Statics that take one of a few words. */
const WORDS = {
  idType: ['ulid', 'uuid', 'uuidv7'],
  keySegments: ['escaped', 'plain'],
  recognizedBy: ['type', 'keys'],
} as const
const ATTRIBUTE_KINDS: OptionKinds<AttributeOptions> = {
  type: ANYTHING,
  required: FLAG,
  unique: FLAG,
  index: FLAG,
  sparse: FLAG,
  default: ANYTHING,
  enum: CHOICES,
  min: BOUND,
  max: BOUND,
  minLength: LENGTH,
  maxLength: LENGTH,
  pattern: PATTERN,
  format: TEXT,
  validate: FUNCTION,
  schema: STANDARD_SCHEMA,
  validation: ANYTHING,
  cast: ANYTHING,
  hidden: FLAG,
  fillable: FLAG,
  guarded: FLAG,
  encrypted: FLAG,
  blindIndex: FLAG,
  factory: FUNCTION,
  get: FUNCTION,
  set: TEXT_OR_FUNCTION,
}
const RELATION_KINDS: OptionKinds<RelationOptions> = {
  type: ANYTHING,
  model: MODEL,
  foreignKey: TEXT,
  localKey: TEXT,
  sortBy: TEXT,
  through: MODEL,
  throughKey: TEXT,
  relatedKey: TEXT,
  pivot: OBJECT,
  onDelete: ANYTHING,
  counterCache: SETTING,
  name: TEXT,
}
const THROUGH: readonly unknown[] = ['hasOneThrough', 'hasManyThrough']
/** Relations whose key is on this model and points to another. */
const POINT_OUT: readonly string[] = ['belongsTo', 'morphTo']
/** Types with a least and a greatest value, and types without a length; a rule that cannot be checked would always pass. */
const ORDERED = ['number', 'bigint', 'decimal', 'date', 'any', 'json']
const LENGTHLESS = ['number', 'bigint', 'decimal', 'date', 'boolean']
/** Seconds of the year 5138: whatever is beyond are milliseconds, and would never expire. */
const LATEST_SECOND = 99_999_999_999

/**
 * A model's definition, checked and completed.
 *
 * @param reserved names an attribute or relation may not have, because records have methods of these names
 * @throws SchemaError naming the model, the attribute and what is allowed
 */
export function readDefinition(definition: ModelDefinition, reserved: ReadonlySet<string>): EntitySchema {
  const { name } = definition
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw new SchemaError(
      'SCHEMA.NO_NAME',
      `A model needs a name made of letters, digits and _; got "${String(name)}".`,
    )
  }
  for (const [part, singular] of [
    ['attributes', 'attribute'],
    ['relationships', 'relation'],
  ] as const) {
    const given = definition[part]
    if (given !== undefined && !OBJECT.accepts(given))
      throw new SchemaError(
        'SCHEMA.INVALID_STATIC',
        `The ${part} of ${name} must be an object, not ${kindOf(given)}.`,
        {
          hint: `Write ${part} = { name: { type: … } }, a member for each ${singular}.`,
        },
      )
  }
  const primaryKey = definition.primaryKey ?? 'id'
  const attributes = new Map<string, AttributeSchema>()
  for (const [attribute, options] of Object.entries(definition.attributes ?? {})) {
    checkName(name, attribute, reserved, 'attribute')
    attributes.set(attribute, readAttribute(definition, attribute, options))
    if (options.blindIndex !== true) continue
    const blind = blindIndexName(attribute)
    checkName(name, blind, reserved, 'attribute')
    attributes.set(blind, { ...readAttribute(definition, blind, blindOptions(options)), blindIndexOf: attribute })
  }
  if (!attributes.has(primaryKey)) attributes.set(primaryKey, readAttribute(definition, primaryKey, { type: 'string' }))
  const { version, ttl, softDeletes, trashSeconds, trashIndex, timestamps, ...moments } = readLifetimes(definition)
  const keep = (
    name: string | undefined,
    type: AttributeType,
    managed: NonNullable<AttributeSchema['managed']>,
  ): void => {
    if (name === undefined) return
    const options = { ...attributes.get(name)?.options, type }
    checkKept(name, attributes.get(name))
    attributes.set(name, { ...readAttribute(definition, name, options), fillable: false, managed })
  }
  for (const kind of timestamps ? (['createdAt', 'updatedAt'] as const) : []) keep(moments[kind], 'date', kind)
  if (softDeletes) keep(moments.deletedAt, 'date', 'deletedAt')
  keep(version, 'number', 'version')
  checkKept(name, attributes.get(ttl ?? ''))
  if (ttl !== undefined) attributes.set(ttl, readExpiry(definition, ttl, attributes.get(ttl)?.options))
  for (const list of ['hidden', 'visible', 'fillable', 'guarded', 'casts'] as const) {
    const named = definition[list]
    for (const attribute of Array.isArray(named) ? named : Object.keys(named ?? {})) {
      const appended = (list === 'hidden' || list === 'visible') && definition.appends?.includes(attribute)
      if (attribute !== '*' && !attributes.has(attribute) && !appended)
        throw unknownAttribute(name, `static ${list}`, attribute, attributes)
    }
  }
  for (const [setting, words] of Object.entries(WORDS)) {
    const given = definition[setting as keyof typeof WORDS]
    const orFunction = setting === 'recognizedBy'
    if (given === undefined || (words as readonly unknown[]).includes(given)) continue
    if (orFunction && typeof given === 'function') continue
    throw new SchemaError(
      'SCHEMA.INVALID_STATIC',
      `${name}.${setting} is "${String(given)}"; allowed are ${words.join(', ')}${orFunction ? ' and a function of the row' : ''}.`,
    )
  }
  const relations = new Map<string, RelationSchema>()
  for (const [relation, options] of Object.entries(definition.relationships ?? {})) {
    checkName(name, relation, reserved, 'relation')
    if (attributes.has(relation))
      throw new SchemaError('SCHEMA.INVALID_RELATION', `${name}.${relation} is both an attribute and a relation.`, {
        hint: 'Rename one.',
      })
    const read = readRelation(name, primaryKey, relation, options)
    // On the other model where the relation points out of this one.
    if (read.localKey !== undefined && !POINT_OUT.includes(read.type) && !attributes.has(read.localKey)) {
      const meant = suggest(read.localKey, attributes.keys())
      throw new SchemaError(
        'SCHEMA.INVALID_RELATION',
        `${name}.${relation} has the localKey "${read.localKey}", which is no attribute of ${name}.`,
        {
          hint:
            meant === undefined ? `Attributes are ${[...attributes.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
          details: { model: name, relation },
        },
      )
    }
    relations.set(relation, read)
    if (read.counter !== undefined) {
      checkName(name, read.counter, reserved, 'attribute')
      checkKept(name, attributes.get(read.counter))
      const options = { default: 0, ...attributes.get(read.counter)?.options, type: 'number' } as const
      attributes.set(read.counter, { ...readAttribute(definition, read.counter, options), fillable: false })
    }
  }
  const all = [...attributes.values()]
  return Object.freeze({
    kind: 'entity',
    name,
    entityType: definition.entityType ?? name,
    recognizedBy: definition.recognizedBy,
    keySegments: definition.keySegments ?? 'escaped',
    prefix: upperSnakeCase(name),
    table: definition.table ?? `${snakeCase(name)}s`,
    primaryKey,
    idType: definition.idType ?? 'ulid',
    attributes: Object.freeze(all),
    attribute: attributes,
    relations,
    timestamps,
    ...moments,
    softDeletes,
    trashSeconds,
    version,
    ttl,
    keyPattern: definition.keyPattern,
    indexes: Object.freeze({
      ...(trashIndex ? { trashed: { sort: [moments.deletedAt] } } : {}),
      ...definition.indexes,
    }),
    hidden: new Set([
      ...(definition.hidden ?? []),
      ...all.flatMap((attribute) => (attribute.hidden ? [attribute.name] : [])),
    ]),
    secret: new Set([
      ...(definition.hidden ?? []),
      ...all.flatMap(({ name, hidden, encrypted }) => (hidden || encrypted ? [name] : [])),
    ]),
    visible: definition.visible === undefined ? undefined : new Set(definition.visible),
    appends: new Set(definition.appends),
    perPage: definition.perPage ?? 15,
    tenant: definition.tenant,
    audit: definition.audit === true,
    scopes: readScopes(definition),
    definition,
  } as const)
}

function readScopes({ name, scopes = {} }: ModelDefinition): EntitySchema['scopes'] {
  if (!OBJECT.accepts(scopes))
    throw new SchemaError('SCHEMA.INVALID_STATIC', `The scopes of ${name} must be an object, not ${kindOf(scopes)}.`)
  for (const [scope, given] of Object.entries(scopes))
    if (!FUNCTION.accepts(given))
      throw new SchemaError('SCHEMA.INVALID_STATIC', `${name}.scopes.${scope} is no function, but ${kindOf(given)}.`, {
        hint: `Write { ${scope}: (query) => query.where(…) }.`,
      })
  return new Map(Object.entries(scopes))
}

function readAttribute(model: ModelDefinition, name: string, options: AttributeOptions): AttributeSchema {
  const at = `${model.name}.${name}`
  const fault = (message: string, hint?: string): SchemaError =>
    new SchemaError('SCHEMA.INVALID_ATTRIBUTE', `${at} ${message}`, {
      hint,
      details: { model: model.name, attribute: name },
    })
  if (typeof options !== 'object' || options === null) throw fault('must be an object such as { type: "string" }.')
  const wrong = faultIn(options, ATTRIBUTE_KINDS)
  if (wrong !== undefined) throw fault(wrong.message, wrong.hint)
  if (!TYPES.includes(options.type))
    throw fault(`has the type "${String(options.type)}".`, allowedTypes(options.type, TYPES))
  checkEncrypted(name, options, name === (model.primaryKey ?? 'id'), fault)
  if (options.get !== undefined && name === (model.primaryKey ?? 'id'))
    throw fault('is the key, which is shown as it is stored.', 'Leave `get` out, or write a getter of another name.')
  if (typeof options.set === 'string' && !(ELEMENTS as readonly string[]).includes(options.set))
    throw fault(`has sets of "${options.set}".`, `Elements may be ${ELEMENTS.join(', ')}.`)
  if (typeof options.cast !== 'object') {
    const bound = (['min', 'max'] as const).find((rule) => options[rule] !== undefined)
    if (bound !== undefined && !ORDERED.includes(options.type))
      throw fault(`is a ${options.type} and has no ${bound}.`, `For its length there is ${bound}Length.`)
    const length = (['minLength', 'maxLength'] as const).find((rule) => options[rule] !== undefined)
    if (length !== undefined && LENGTHLESS.includes(options.type))
      throw fault(`is a ${options.type} and has no ${length}.`, 'For its value there are min and max.')
  }
  if (options.sparse && !options.index)
    throw fault('is sparse and has no index.', 'Write { index: true, sparse: true }; an index is sparse in any case.')
  const found = options.blindIndex !== true
  const unique = found && (options.unique === true || claims(options))
  if (unique && ['list', 'map', 'set', 'json', 'any', 'boolean'].includes(options.type))
    throw fault(
      `is a ${options.type} and cannot be unique.`,
      'Unique attributes are strings, numbers, dates or binary.',
    )
  return Object.freeze({
    kind: 'attribute',
    name,
    type: options.type,
    required: options.required === true || requires(ruleListOf(options.validation).rules),
    unique,
    index: found && options.index === true,
    hidden: options.hidden === true,
    fillable: isFillable(model, name, options),
    encrypted: options.encrypted === true,
    blindIndexOf: undefined,
    managed: undefined,
    elements:
      options.type === 'set'
        ? ((typeof options.set === 'string' ? options.set : 'string') as AttributeSchema['elements'])
        : undefined,
    cast: (model.casts?.[name] ?? options.cast) as AttributeSchema['cast'],
    options,
  } as const)
}

/** The moment a row expires is a number in DynamoDB, whatever it is here. */
function readExpiry(model: ModelDefinition, name: string, options?: AttributeOptions): AttributeSchema {
  const { type = 'date' } = options ?? {}
  if (type !== 'date' && type !== 'number')
    throw new SchemaError(
      'SCHEMA.INVALID_ATTRIBUTE',
      `${model.name}.${name} is a ${type} and cannot say when a row expires.`,
      {
        hint: 'Make it a date, or a number of epoch seconds.',
        details: { model: model.name, attribute: name },
      },
    )
  const bound = type === 'number' ? { max: LATEST_SECOND } : {}
  return { ...readAttribute(model, name, { ...bound, ...options, type }), managed: 'expiry' }
}

/** Eloquent's rules: `guarded` forbids, and once anything is marked fillable only that is. */
function isFillable(model: ModelDefinition, name: string, options: AttributeOptions): boolean {
  if (options.fillable === false || options.guarded || model.guarded?.includes(name) || model.guarded?.includes('*'))
    return false
  const anyMarked =
    model.fillable !== undefined || Object.values(model.attributes).some((other) => other?.fillable === true)
  return !anyMarked || options.fillable === true || model.fillable?.includes(name) === true
}

function readRelation(model: string, primaryKey: string, name: string, options: RelationOptions): RelationSchema {
  const fault = (message: string, hint?: string): SchemaError =>
    new SchemaError('SCHEMA.INVALID_RELATION', `${model}.${name} ${message}`, {
      hint,
      details: { model, relation: name },
    })
  if (typeof options !== 'object' || options === null)
    throw fault('must be an object such as { type: "hasMany", model: "Post" }.')
  const wrong = faultIn(options, RELATION_KINDS)
  if (wrong !== undefined) throw fault(wrong.message, wrong.hint)
  if (!RELATION_TYPES.includes(options.type))
    throw fault(`has the type "${String(options.type)}".`, allowedTypes(options.type, RELATION_TYPES))
  if (options.type !== 'morphTo' && options.model === undefined)
    throw fault('does not say which model it points to.', "Give `model: 'Post'` or `model: () => Post`.")
  if (THROUGH.includes(options.type) && options.through === undefined)
    throw fault('does not say which model is in between.', "Give `through: 'User'`.")
  const isMorph = options.type.startsWith('morph')
  const morph = isMorph ? (options.name ?? (options.type === 'morphTo' ? name : undefined)) : undefined
  if (isMorph && morph === undefined)
    throw fault(
      'does not say the name of the morph.',
      "Give `name: 'commentable'` for commentableType and commentableId.",
    )
  const owner = options.type === 'belongsTo' ? (typeof options.model === 'string' ? options.model : name) : model
  return Object.freeze({
    kind: 'relation',
    name,
    type: options.type,
    model: options.model,
    foreignKey: options.foreignKey ?? `${morph ?? camelCase(owner)}Id`,
    localKey: options.localKey ?? (POINT_OUT.includes(options.type) ? undefined : primaryKey),
    sortBy: options.sortBy,
    through: options.through,
    throughKey: options.throughKey,
    relatedKey: options.relatedKey,
    pivot: options.pivot,
    onDelete: readOnDelete(options, fault),
    counter: readCounter(name, options, fault),
    morph,
  } as const)
}

const ON_DELETE = ['cascade', 'restrict', 'nullify', 'set null', 'no action'] as const
/** Relations that are not kept by keys of their own have nothing to delete. */
const WITHOUT_RULE: readonly string[] = ['hasOneThrough', 'hasManyThrough', 'morphTo']
const PIVOTED: readonly string[] = ['belongsToMany', 'morphToMany', 'morphedByMany']

function readOnDelete(
  { type, onDelete }: RelationOptions,
  fault: (message: string, hint?: string) => SchemaError,
): OnDelete | undefined {
  if (onDelete === undefined || onDelete === 'no action') return undefined
  if (!ON_DELETE.includes(onDelete))
    throw fault(`has the onDelete "${String(onDelete)}".`, `Allowed are ${ON_DELETE.join(', ')}.`)
  if (WITHOUT_RULE.includes(type))
    throw fault(
      `is a ${type} and cannot say onDelete.`,
      'Say it on the relations it goes through, or on the other side.',
    )
  const rule = onDelete === 'set null' ? 'nullify' : onDelete
  if (rule === 'nullify' && PIVOTED.includes(type))
    throw fault('has pivot rows, which are nothing without their keys.', "Use onDelete: 'cascade' or 'restrict'.")
  return rule
}

/** Relations whose rows a row can count. */
const COUNTED: readonly string[] = ['hasMany', 'morphMany', 'hasOne', 'morphOne']

function readCounter(
  name: string,
  { type, counterCache }: RelationOptions,
  fault: (message: string, hint?: string) => SchemaError,
): string | undefined {
  if (counterCache === undefined || counterCache === false) return undefined
  if (!COUNTED.includes(type))
    throw fault(`is a ${type} and cannot be counted.`, 'Count it when it is read: withCount.')
  return counterCache === true ? `${name}Count` : counterCache
}

function allowedTypes(given: unknown, types: readonly string[]): string {
  const meant = suggest(String(given), types)
  return `${meant === undefined ? '' : `Did you mean "${meant}"? `}Types are ${types.join(', ')}.`
}

function checkName(model: string, name: string, reserved: ReadonlySet<string>, what: string): void {
  if (name === '')
    throw new SchemaError(
      'SCHEMA.INVALID_ATTRIBUTE',
      `${model} has ${what === 'attribute' ? 'an attribute' : 'a relation'} without a name.`,
    )
  if (reserved.has(name) || name in Object.prototype) {
    throw new SchemaError(
      'SCHEMA.RESERVED_NAME',
      `${model} cannot have ${what === 'attribute' ? 'an attribute' : 'a relation'} called "${name}": records have a member of that name.`,
      {
        details: { model, name },
      },
    )
  }
}

function unknownAttribute(
  model: string,
  where: string,
  name: string,
  known: ReadonlyMap<string, unknown>,
): SchemaError {
  const meant = suggest(name, [...known.keys()])
  return new SchemaError('SCHEMA.INVALID_STATIC', `${where} of ${model} names "${name}", which is no attribute.`, {
    hint: meant === undefined ? `Attributes are ${[...known.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
    details: { model, attribute: name },
  })
}
