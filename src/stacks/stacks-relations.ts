import {
  type AttributeOptions,
  camelCase,
  RELATION_TYPES,
  type RelationOptions,
  type RelationType,
} from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { type Reading, readStacksAttribute } from './stacks-attributes.js'
import {
  attributesOf,
  isPlainObject,
  type KnownModels,
  type StacksDefinition,
  type StacksRelation,
} from './stacks-definition.js'
import { camelWords, pascalWords, plural } from './words.js'

/** An attribute that a relation needs, and the model that has it. */
export interface NeededKey {
  readonly model: string
  readonly attribute: string
  /** The model whose key it holds; undefined for one that may hold any. */
  readonly of: string | undefined
}
export interface ReadRelations {
  readonly relationships: Readonly<Record<string, RelationOptions>>
  readonly keys: readonly NeededKey[]
}

const MANY: readonly string[] = [
  'hasMany',
  'belongsToMany',
  'hasManyThrough',
  'morphMany',
  'morphToMany',
  'morphedByMany',
]
/** Options of relations, in their many spellings. */
const READ: readonly string[] = [
  'model',
  'target',
  'relationName',
  'foreignKey',
  'localKey',
  'firstForeignKey',
  'secondForeignKey',
  'relatedKey',
  'throughForeignKey',
  'throughKey',
  'through',
  'pivotTable',
  'table',
  'pivot',
  'pivotColumns',
  'withPivot',
  'name',
  'morphName',
  'type',
  'id',
  'sortBy',
  'onDelete',
  'counterCache',
]

interface Entry {
  /** The name the relation is given by the form it is written in. */
  readonly key: string | undefined
  readonly options: StacksRelation
}

/** Every relation of a model, in the words of this package, and the attributes that they need. */
export function readRelations(definition: StacksDefinition, known: KnownModels, reading: Reading): ReadRelations {
  const relationships: Record<string, RelationOptions> = {}
  const keys: NeededKey[] = []
  for (const type of RELATION_TYPES)
    for (const { key, options } of entriesOf(type, definition[type], reading)) {
      const model = modelOf(options, type, key, reading)
      for (const name of Object.keys(options))
        if (!READ.includes(name))
          reading.note(`The relation ${type} ${model ?? ''} says "${name}", which is kept and does nothing here.`)
      const name = options.relationName ?? (type === 'morphTo' ? undefined : key) ?? nameOf(type, model, options, key)
      const read = new OneRelation(definition, known, reading, { type, model, key, options }).read()
      if (Object.hasOwn(relationships, name))
        throw reading.fault(
          `has two relations called "${name}".`,
          "Give one a name of its own: { model: 'User', relationName: 'author' }.",
        )
      relationships[name] = read.relation
      keys.push(...read.keys)
    }
  return { relationships, keys }
}

/** The forms: a name, a list, one object, or a record by name. */
function entriesOf(type: RelationType, given: unknown, reading: Reading): readonly Entry[] {
  if (given === undefined || given === null || given === false) return []
  if (typeof given === 'string')
    return [{ key: undefined, options: type === 'morphTo' ? { name: given } : { model: given } }]
  if (Array.isArray(given))
    return given.flatMap((each: unknown) =>
      isPlainObject(each) && Object.keys(each).length === 0
        ? [{ key: undefined, options: {} }]
        : entriesOf(type, each, reading),
    )
  if (!isPlainObject(given))
    throw reading.fault(
      `has a ${type} that is ${kindOf(given)}.`,
      "Write ['Post'], [{ model: 'Post' }] or { posts: 'Post' }.",
    )
  if ('model' in given || 'target' in given || (type === 'morphTo' && typeof given['name'] === 'string'))
    return [{ key: undefined, options: given }]
  return Object.entries(given).map(([key, value]): Entry => {
    if (type === 'morphTo') return { key, options: { name: key, ...(isPlainObject(value) ? value : {}) } }
    if (typeof value === 'string') return { key, options: { model: value } }
    if (isPlainObject(value)) return { key, options: value }
    throw reading.fault(`has the ${type} "${key}" that is ${kindOf(value)}.`, `Write { ${key}: 'Post' }.`)
  })
}

function modelOf(
  { model, target }: StacksRelation,
  type: RelationType,
  key: string | undefined,
  reading: Reading,
): string | undefined {
  const given: unknown = model ?? target
  // A definition that the file imports stands for its name.
  const name: unknown = isPlainObject(given) || typeof given === 'function' ? given['name' as never] : given
  if (typeof name === 'string' && name !== '') return name
  if (type === 'morphTo') return undefined
  throw reading.fault(
    `has a ${type}${key === undefined ? '' : ` "${key}"`} that does not say which model it points to.`,
    "Give `model: 'Post'`.",
  )
}

function nameOf(
  type: RelationType,
  model: string | undefined,
  options: StacksRelation,
  key: string | undefined,
): string {
  if (type === 'morphTo') return (options['name'] as string | undefined) ?? key ?? 'morphable'
  const name = camelCase(model ?? '')
  return MANY.includes(type) ? plural(name) : name
}

/** The relation names of a kind that other models have to this one. */
function entriesBetween(
  type: RelationType,
  from: StacksDefinition | undefined,
  to: string,
  reading: Reading,
): readonly StacksRelation[] {
  if (from === undefined) return []
  const quiet: Reading = {
    name: reading.name,
    note: () => undefined,
    fault: (message, hint) => reading.fault(message, hint),
  }
  try {
    return entriesOf(type, from[type], quiet).flatMap(({ key, options }) =>
      modelOf(options, type, key, quiet) === to ? [options] : [],
    )
  } catch {
    // What is wrong there is reported there.
    return []
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** `Comment` -> `commentable`, `Tag` -> `taggable`. */
function ableOf(model: string): string {
  const name = camelCase(model)
  return /^[a-z]{0,2}[^aeiou][aeiou][^aeiouwxy]$/.test(name) && name.length <= 4
    ? `${name}${name.slice(-1)}able`
    : `${name}able`
}

class OneRelation {
  readonly #definition: StacksDefinition
  readonly #known: KnownModels
  readonly #reading: Reading
  readonly #type: RelationType
  readonly #model: string
  readonly #key: string | undefined
  readonly #options: StacksRelation
  readonly #keys: NeededKey[] = []

  constructor(
    definition: StacksDefinition,
    known: KnownModels,
    reading: Reading,
    {
      type,
      model,
      key,
      options,
    }: { type: RelationType; model: string | undefined; key: string | undefined; options: StacksRelation },
  ) {
    this.#definition = definition
    this.#known = known
    this.#reading = reading
    this.#type = type
    this.#model = model ?? ''
    this.#key = key
    this.#options = options
  }

  read(): { readonly relation: RelationOptions; readonly keys: readonly NeededKey[] } {
    return { relation: { ...this.#common(), ...this.#own() } as RelationOptions, keys: this.#keys }
  }

  #common(): Partial<RelationOptions> {
    const { sortBy, onDelete, counterCache } = this.#options
    return {
      type: this.#type,
      ...(this.#type === 'morphTo' ? {} : { model: this.#model }),
      ...(sortBy === undefined ? {} : { sortBy: this.#attribute(this.#known.get(this.#model), sortBy) as string }),
      ...(onDelete === undefined ? {} : { onDelete: onDelete as 'cascade' }),
      ...(counterCache === undefined ? {} : { counterCache: counterCache as boolean }),
    }
  }

  #own(): Partial<RelationOptions> {
    switch (this.#type) {
      case 'belongsTo':
        return this.#belongsTo()
      case 'hasOne':
      case 'hasMany':
        return this.#has()
      case 'hasOneThrough':
      case 'hasManyThrough':
        return this.#through()
      case 'belongsToMany':
        return this.#manyToMany()
      case 'morphTo':
        return this.#morphTo()
      case 'morphOne':
      case 'morphMany':
        return this.#morph()
      default:
        return this.#morphToMany()
    }
  }

  get #name(): string {
    return this.#reading.name
  }

  /** An attribute as its model spells it: as it is written, else in camel case. */
  #attribute(model: StacksDefinition | undefined, given: unknown): string | undefined {
    const name = text(given)
    if (name === undefined) return undefined
    return model !== undefined && Object.hasOwn(attributesOf(model), name) ? name : camelWords(name)
  }

  /** The key of a model's rows on another: `userId`, or `user_id` where that is the attribute. */
  #keyOn(holder: StacksDefinition | undefined, given: unknown, base: string): string {
    const named = this.#attribute(holder, given)
    if (named !== undefined) return named
    const snake = `${camelCase(base).replace(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`)}_id`
    const attributes = holder === undefined ? {} : attributesOf(holder)
    return Object.hasOwn(attributes, snake) && !Object.hasOwn(attributes, `${camelCase(base)}Id`)
      ? snake
      : `${camelCase(base)}Id`
  }

  #need(model: string, attribute: string, of: string | undefined): string {
    this.#keys.push({ model, attribute, of })
    return attribute
  }

  #belongsTo(): Partial<RelationOptions> {
    const attributes = attributesOf(this.#definition)
    const named = this.#options.relationName ?? this.#key
    let foreignKey = this.#keyOn(this.#definition, this.#options.foreignKey, this.#model)
    if (this.#options.foreignKey === undefined && named !== undefined && !Object.hasOwn(attributes, foreignKey)) {
      // `{ author: 'User' }` beside an attribute authorId, or beside another relation to User.
      const byName = this.#keyOn(this.#definition, undefined, named)
      const several = entriesBetween('belongsTo', this.#definition, this.#model, this.#reading).length > 1
      if (Object.hasOwn(attributes, byName) || several) foreignKey = byName
    }
    return { foreignKey: this.#need(this.#name, foreignKey, this.#model) }
  }

  #has(): Partial<RelationOptions> {
    const other = this.#known.get(this.#model)
    const [inverse] = entriesBetween('belongsTo', other, this.#name, this.#reading)
    const foreignKey = this.#keyOn(other, this.#options.foreignKey ?? inverse?.foreignKey, this.#name)
    const localKey = this.#attribute(this.#definition, this.#options['localKey'])
    this.#need(this.#model, foreignKey, localKey === undefined ? this.#name : undefined)
    return { foreignKey, ...(localKey === undefined ? {} : { localKey }) }
  }

  #through(): Partial<RelationOptions> {
    const through = text(this.#options['through'])
    if (through === undefined)
      throw this.#reading.fault(
        `has a ${this.#type} ${this.#model} that does not say which model is in between.`,
        "Write { model: 'Comment', through: 'Post' }.",
      )
    const foreignKey = this.#keyOn(this.#known.get(through), this.#options.foreignKey, this.#name)
    const throughKey = this.#keyOn(
      this.#known.get(this.#model),
      this.#options['throughForeignKey'] ?? this.#options['throughKey'],
      through,
    )
    this.#need(through, foreignKey, this.#name)
    this.#need(this.#model, throughKey, through)
    return { through, foreignKey, throughKey }
  }

  #manyToMany(): Partial<RelationOptions> {
    const other = this.#known.get(this.#model)
    const own = this.#options
    const [mirror] = entriesBetween('belongsToMany', other, this.#name, this.#reading)
    const through = this.#pivotModel(own) ?? (mirror && this.#pivotModel(mirror))
    const pivot = through === undefined ? undefined : this.#known.get(through)
    const foreignKey =
      text(own['firstForeignKey']) ??
      text(own.foreignKey) ??
      text(mirror?.['secondForeignKey']) ??
      text(mirror?.['relatedKey'])
    const relatedKey =
      text(own['secondForeignKey']) ??
      text(own['relatedKey']) ??
      text(mirror?.['firstForeignKey']) ??
      text(mirror?.foreignKey)
    if (this.#model === this.#name && (relatedKey === undefined || through === undefined))
      throw this.#reading.fault(
        `relates to itself (${this.#type}) and does not say how.`,
        "Write { model: 'User', pivotTable: 'follows', firstForeignKey: 'follower_id', secondForeignKey: 'followed_id' }.",
      )
    const keys = {
      foreignKey: this.#keyOn(pivot, foreignKey, this.#name),
      relatedKey: this.#keyOn(pivot, relatedKey, this.#model),
    }
    if (through !== undefined && pivot !== undefined) {
      this.#need(through, keys.foreignKey, this.#name)
      this.#need(through, keys.relatedKey, this.#model)
    }
    return { ...keys, ...(through === undefined ? {} : { through }), ...this.#pivotColumns(pivot !== undefined) }
  }

  #pivotModel(options: StacksRelation): string | undefined {
    const through = text(options['through'])
    if (through !== undefined) return through
    const table = text(options['pivotTable']) ?? text(options['table'])
    if (table === undefined) return undefined
    const known = [...this.#known].find(([, definition]) => definition.table === table)
    return known?.[0] ?? pascalWords(table)
  }

  #pivotColumns(hasModel: boolean): { pivot?: Readonly<Record<string, AttributeOptions>> } {
    const { pivot: given, pivotColumns, withPivot } = this.#options
    const config = isPlainObject(given) ? given : {}
    const settings = ['columns', 'timestamps', 'uniques']
    const written = 'columns' in config || settings.some((name) => name in config && !isPlainObject(config[name]))
    const columns: unknown = (written ? config['columns'] : given) ?? pivotColumns ?? withPivot
    const pivot: Record<string, AttributeOptions> = {}
    const named = Array.isArray(columns)
      ? columns.map((name): [string, unknown] => [String(name), { type: 'any' }])
      : Object.entries(isPlainObject(columns) ? columns : {})
    for (const [column, options] of named)
      pivot[camelWords(column)] = readStacksAttribute(
        camelWords(column),
        (typeof options === 'string' ? { type: options } : options) as object,
        this.#reading,
      )
    if (written && config['uniques'] !== undefined)
      this.#reading.note(
        `Pairs of the pivot to ${this.#model} are unique in any case; other uniques of it are kept and do nothing here.`,
      )
    if (written && config['timestamps'] === true)
      for (const name of ['createdAt', 'updatedAt']) pivot[name] ??= { type: 'date', default: () => new Date() }
    if (Object.keys(pivot).length === 0) return {}
    if (!hasModel) return { pivot }
    this.#reading.note(`The pivot to ${this.#model} is a model: its columns are the attributes of that.`)
    return {}
  }

  #morphName(options: StacksRelation): string | undefined {
    const named = text(options['morphName']) ?? text(options['name'])
    if (named !== undefined) return camelWords(named)
    const type = text(options['type'])
    const id = text(options['id'])
    return type === undefined && id === undefined
      ? undefined
      : camelWords((type ?? id ?? '').replace(/_?(?:type|id)$/i, ''))
  }

  /** Its two attributes have the names that follow from its own. */
  #checked(morph: string): string {
    for (const [option, end] of [
      ['type', 'Type'],
      ['id', 'Id'],
    ] as const) {
      const given = text(this.#options[option])
      if (given !== undefined && camelWords(given) !== `${morph}${end}`)
        throw this.#reading.fault(
          `keeps the ${option} of ${morph} in "${given}", which cannot be: it is ${morph}${end}.`,
          `Leave \`${option}\` out, or choose the name after it.`,
        )
    }
    return morph
  }

  #morphTo(): Partial<RelationOptions> {
    const morph = this.#checked(this.#morphName(this.#options) ?? this.#key ?? 'morphable')
    this.#need(this.#name, `${morph}Type`, undefined)
    this.#need(this.#name, `${morph}Id`, undefined)
    return { name: morph }
  }

  #morph(): Partial<RelationOptions> {
    const other = this.#known.get(this.#model)
    const [there] = other?.morphTo === undefined ? [] : this.#quietly('morphTo', other.morphTo)
    const inverse = there && (this.#morphName(there.options) ?? there.key)
    const morph = this.#checked(this.#morphName(this.#options) ?? inverse ?? ableOf(this.#model))
    this.#need(this.#model, `${morph}Type`, undefined)
    this.#need(this.#model, `${morph}Id`, undefined)
    return { name: morph }
  }

  #quietly(type: RelationType, given: unknown): readonly Entry[] {
    try {
      return entriesOf(type, given, this.#reading)
    } catch {
      return []
    }
  }

  #morphToMany(): Partial<RelationOptions> {
    const toMany = this.#type === 'morphToMany'
    const other = this.#known.get(this.#model)
    const [mirror] = entriesBetween(toMany ? 'morphedByMany' : 'morphToMany', other, this.#name, this.#reading)
    const name =
      this.#morphName(this.#options) ?? (mirror && this.#morphName(mirror)) ?? ableOf(toMany ? this.#model : this.#name)
    const through = this.#pivotModel(this.#options) ?? (mirror && this.#pivotModel(mirror))
    return {
      name,
      ...(through === undefined ? {} : { through }),
      ...this.#pivotColumns(through !== undefined && this.#known.has(through)),
    }
  }
}
