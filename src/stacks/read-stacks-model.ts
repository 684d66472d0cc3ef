import type { ModelDefinition } from '../schema/index.js'
import { type AttributeOptions, camelCase, type IndexOptions, RELATION_TYPES, snakeCase } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { ModelParserError } from './errors.js'
import { type Reading, readStacksAttribute } from './stacks-attributes.js'
import {
  attributesOf,
  isPlainObject,
  type KnownModels,
  type StacksAttribute,
  type StacksDefinition,
} from './stacks-definition.js'
import { type NeededKey, readRelations } from './stacks-relations.js'
import { newUuid, readTraits, type StacksSeeder } from './stacks-traits.js'
import { camelWords, plural } from './words.js'

/** What a Stacks model says besides what this package acts on. */
export interface StacksMetadata {
  /** The definition as it was written. */
  readonly definition: StacksDefinition
  readonly traits: Readonly<Record<string, unknown>>
  /** What `useSeeder` asks for. */
  readonly seeder: StacksSeeder | undefined
  /** What is kept and not acted on, in sentences. */
  readonly notes: readonly string[]
}

/** A Stacks model in the words of this package. */
export interface ReadModel {
  readonly definition: ModelDefinition & { readonly metadata: { readonly stacks: StacksMetadata } }
  /** Getters that are no attributes: computed from the others. */
  readonly getters: ReadonlyMap<string, (attributes: object) => unknown>
  /** Other names for attributes. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Members of a definition that are read. */
const READ: readonly string[] = [
  'name',
  'table',
  'primaryKey',
  'autoIncrement',
  'indexes',
  'traits',
  'attributes',
  'fields',
  'get',
  'set',
  'scopes',
  'hooks',
  ...RELATION_TYPES,
]
/** Members that are the same in both worlds. */
const SAME = ['hidden', 'visible', 'fillable', 'guarded', 'casts', 'perPage', 'keyPattern', 'version', 'ttl'] as const
const HOOKS: ReadonlyMap<string, string> = new Map(
  ['Create', 'Update', 'Delete', 'Save', 'Restore'].flatMap((event): [string, string][] => {
    const stem = event.toLowerCase().replace(/e$/, '')
    return [
      [`before${event}`, `${stem}ing`],
      [`after${event}`, `${stem}ed`],
    ]
  }),
)

/**
 * Reads a Stacks model.
 *
 * @param known the models read together with it, by name: relations, pivots and keys follow from all of them
 * @param taken true for a name that models have a member of
 * @param members the same of records
 * @throws ModelParserError `PARSER.INVALID_MODEL` that names the model and what is wrong
 */
export function readStacksModel(
  source: StacksDefinition,
  known: KnownModels,
  owed: readonly NeededKey[],
  taken: (name: string) => boolean,
  members: (name: string) => boolean,
): ReadModel {
  const { name, reading, notes } = begin(source)
  const traits = readTraits(source.traits, reading)
  const primaryKey = source.primaryKey ?? 'id'
  const { relationships, keys } = readRelations(source, known, reading)
  const attributes: Record<string, AttributeOptions> = {}
  const own = attributesOf(source)
  if (!isPlainObject(own)) throw reading.fault(`has attributes that are no object, but ${kindOf(own)}.`)
  for (const attribute of inOrder(own))
    attributes[attribute] = readStacksAttribute(attribute, own[attribute] as StacksAttribute, reading)
  const marked = Object.values(attributes).some(({ fillable }) => fillable === true)
  for (const key of [...keys, ...owed])
    if (key.model === name) {
      const { type, changed } = keyAttribute(attributes[key.attribute], key, known, primaryKey)
      if (changed)
        reading.note(`${name}.${key.attribute} holds a key of ${key.of ?? 'others'}: it is a ${type}, as that key is.`)
      const { validation: _, ...rest } = attributes[key.attribute] ?? (marked ? { fillable: true } : {})
      if (changed || attributes[key.attribute] === undefined) attributes[key.attribute] = { ...rest, type }
    }
  for (const [attribute, { foreignKey }] of Object.entries(own))
    if (
      foreignKey !== undefined &&
      !keys.some((key) => key.attribute === attribute) &&
      attributes[attribute] !== undefined
    )
      attributes[attribute] = { index: true, ...attributes[attribute] }
  if (traits.uuid && attributes['uuid'] !== undefined) attributes['uuid'] = { default: newUuid, ...attributes['uuid'] }
  if (source.autoIncrement === true)
    reading.note(
      attributes[primaryKey] === undefined || attributes[primaryKey].type === 'string'
        ? 'autoIncrement is kept: keys are made as ULIDs or UUIDs, as a counter would be one hot item.'
        : `autoIncrement is kept: give each row its ${primaryKey}, as a counter would be one hot item.`,
    )
  setters(source.set, attributes, reading)
  const getters = readGetters(source.get, attributes, reading)
  for (const getter of getters.keys())
    if (members(getter) || Object.hasOwn(relationships, getter))
      throw reading.fault(
        `has a getter called "${getter}": records have a member of that name.`,
        'Choose another name.',
      )
  const { indexes, unique } = readIndexes(source, attributes, momentsOf(traits.settings), reading)
  for (const attribute of unique)
    attributes[attribute] = { ...(attributes[attribute] as AttributeOptions), unique: true }
  for (const member of Object.keys(source))
    if (!READ.includes(member) && !(SAME as readonly string[]).includes(member))
      reading.note(`"${member}" is kept and does nothing here.`)
  const aliases = new Map<string, string>()
  if (traits.uuid && attributes['uuid'] === undefined && primaryKey !== 'uuid') aliases.set('uuid', primaryKey)
  const metadata = {
    stacks: Object.freeze({
      definition: source,
      traits: Object.freeze({ ...source.traits }),
      seeder: traits.seeder,
      notes,
    }),
  }
  return {
    getters,
    aliases,
    definition: {
      ...Object.fromEntries(
        SAME.flatMap((member) => {
          const value: unknown = Reflect.get(source, member)
          return value === undefined ? [] : [[member, value]]
        }),
      ),
      ...traits.settings,
      name,
      table: source.table ?? plural(snakeCase(name)),
      primaryKey,
      attributes,
      relationships,
      indexes,
      hooks: readHooks(source.hooks, reading),
      scopes: readScopes(source.scopes, taken, reading),
      appends: [...getters.keys()],
      metadata,
    },
  }
}

/** The attributes that relations of a model need on others; nothing where the model cannot be read. */
export function keysNeededBy(source: StacksDefinition, known: KnownModels): readonly NeededKey[] {
  try {
    return readRelations(source, known, begin(source).reading).keys.filter(({ model }) => model !== source.name)
  } catch {
    return []
  }
}

function begin(source: StacksDefinition): {
  readonly name: string
  readonly reading: Reading
  readonly notes: string[]
} {
  const { name } = source
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    throw new ModelParserError(
      'PARSER.INVALID_MODEL',
      `A model needs a name made of letters, digits and _; got "${String(name)}".`,
    )
  const notes: string[] = []
  return {
    name,
    notes,
    reading: {
      name,
      note: (text) => void (notes.includes(text) || notes.push(text)),
      fault: (message, hint) =>
        new ModelParserError('PARSER.INVALID_MODEL', `${name} ${message}`, { hint, details: { model: name } }),
    },
  }
}

/** As their `order` says; those without one come after, as they are written. */
function inOrder(attributes: Readonly<Record<string, StacksAttribute>>): readonly string[] {
  const order = (name: string): number => Number(attributes[name]?.order ?? Number.POSITIVE_INFINITY)
  return Object.keys(attributes).sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)))
}

/** A key has the type of what it points to. */
function keyAttribute(
  given: AttributeOptions | undefined,
  { of }: NeededKey,
  known: KnownModels,
  primaryKey: string,
): { readonly type: AttributeOptions['type']; readonly changed: boolean } {
  const target = of === undefined ? undefined : known.get(of)
  const id = target?.primaryKey ?? primaryKey
  const quiet: Reading = {
    name: '',
    note: () => undefined,
    fault: (message) => new ModelParserError('PARSER.INVALID_MODEL', message),
  }
  const held = target === undefined ? undefined : attributesOf(target)[id]
  const type = held === undefined ? 'string' : readStacksAttribute(id, held, quiet).type
  // Nothing is known of a model that was not read.
  if (given !== undefined && target === undefined) return { type: given.type, changed: false }
  return { type, changed: given !== undefined && given.type !== type }
}

function setters(given: StacksDefinition['set'], attributes: Record<string, AttributeOptions>, reading: Reading): void {
  for (const [name, set] of functionsOf(given, 'set', reading)) {
    const options = attributes[name]
    if (options === undefined) throw reading.fault(`sets "${name}", which is no attribute.`)
    const stored = (value: unknown, record: object): unknown => {
      const made = set({ ...record, [name]: value })
      if (made instanceof Promise) {
        made.catch(() => undefined)
        throw reading.fault(
          `sets "${name}" in a promise, which cannot be waited for where a value is assigned.`,
          `Write hooks: { beforeCreate: async (row) => { row.${name} = … } }, and the same for beforeUpdate.`,
        )
      }
      return made
    }
    attributes[name] = { ...options, set: stored }
  }
}

/** Getters of attributes change what they show; others are computed, and shown along. */
function readGetters(
  given: StacksDefinition['get'],
  attributes: Record<string, AttributeOptions>,
  reading: Reading,
): ReadonlyMap<string, (attributes: object) => unknown> {
  const computed = new Map<string, (attributes: object) => unknown>()
  for (const [name, get] of functionsOf(given, 'get', reading)) {
    const options = attributes[name]
    if (options === undefined) computed.set(name, get)
    else attributes[name] = { ...options, get: (value) => get(seenAlone(name, value, reading)) }
  }
  return computed
}

/** Attributes are read one by one: what a getter of one asks of others would not be there. */
function seenAlone(name: string, value: unknown, reading: Reading): object {
  return new Proxy(
    { [name]: value },
    {
      get(target, member) {
        if (typeof member === 'symbol' || Object.hasOwn(target, member)) return Reflect.get(target, member)
        throw reading.fault(
          `has a getter of the attribute "${name}" that asks for "${member}".`,
          'Give the getter a name of its own: those see all attributes.',
        )
      },
    },
  )
}

function functionsOf(
  given: unknown,
  what: string,
  reading: Reading,
): readonly [string, (attributes: any) => unknown][] {
  if (given === undefined) return []
  if (!isPlainObject(given)) throw reading.fault(`has a \`${what}\` that is no object, but ${kindOf(given)}.`)
  return Object.entries(given).map(([name, value]) => {
    if (typeof value !== 'function')
      throw reading.fault(`has ${what}.${name}, which is no function, but ${kindOf(value)}.`)
    return [name, value as (attributes: any) => unknown]
  })
}

function readScopes(
  given: unknown,
  taken: (name: string) => boolean,
  reading: Reading,
): NonNullable<ModelDefinition['scopes']> {
  const scopes: Record<string, (query: any, ...given: any[]) => any> = {}
  for (const [name, scope] of functionsOf(given, 'scopes', reading)) {
    if (taken(name)) reading.note(`The scope ${name} is kept and does nothing here: models have a member of that name.`)
    else scopes[name] = scope
  }
  return scopes
}

function readHooks(given: unknown, reading: Reading): NonNullable<ModelDefinition['hooks']> {
  const hooks: Record<string, (record: any) => unknown> = {}
  for (const [name, hook] of functionsOf(given, 'hooks', reading)) {
    const event = HOOKS.get(name)
    if (event === undefined) reading.note(`The hook ${name} is kept and does nothing here.`)
    else hooks[event] = hook
  }
  return hooks
}

/** The moments that rows are kept with, by their usual names. */
function momentsOf({ timestamps, softDeletes }: Partial<ModelDefinition>): ReadonlyMap<string, string> {
  const { createdAt = 'createdAt', updatedAt = 'updatedAt' } = typeof timestamps === 'object' ? timestamps : {}
  const { attribute: deletedAt = 'deletedAt' } = typeof softDeletes === 'object' ? softDeletes : {}
  return new Map([
    ...(timestamps === false ? [] : Object.entries({ createdAt, updatedAt })),
    ...(softDeletes === false ? [] : Object.entries({ deletedAt })),
  ])
}

/** `indexes: [{ name, columns, unique }]`, in snake case or as the attributes are called. */
function readIndexes(
  { indexes: given, name: model = '' }: StacksDefinition,
  attributes: Readonly<Record<string, AttributeOptions>>,
  moments: ReadonlyMap<string, string>,
  reading: Reading,
): { readonly indexes: Record<string, IndexOptions>; readonly unique: readonly string[] } {
  const indexes: Record<string, IndexOptions> = {}
  const unique: string[] = []
  if (given !== undefined && !Array.isArray(given))
    throw reading.fault(`has indexes that are no list, but ${kindOf(given)}.`)
  const kept = [...moments.values(), 'id']
  for (const index of given ?? []) {
    const columns: unknown = isPlainObject(index) ? index['columns'] : undefined
    if (!Array.isArray(columns) || columns.length === 0 || !columns.every((column) => typeof column === 'string'))
      throw reading.fault('has an index without columns.', "Write { name: 'users_email_index', columns: ['email'] }.")
    const named = (columns as readonly string[]).map((column) => {
      const found = [column, camelWords(column), moments.get(column), moments.get(camelWords(column))].find(
        (each) => each !== undefined && (Object.hasOwn(attributes, each) || kept.includes(each)),
      )
      if (found === undefined) throw reading.fault(`has an index of the column "${column}", which is no attribute.`)
      return found
    })
    const [first = '', ...rest] = named
    const name = index.name ?? [snakeCase(model), ...columns, 'index'].join('_')
    if (index.unique === true && rest.length === 0) {
      unique.push(first)
      continue
    }
    if (index.unique === true)
      reading.note(
        `The index ${name} is there; that no two rows have the same ${named.join(' and ')} is kept and not enforced.`,
      )
    // Another index by the same attribute alone would hold the same.
    if (rest.length === 0 && (attributes[first]?.unique === true || first === 'id')) continue
    indexes[camelCase(camelWords(name))] = { partition: [first], ...(rest.length === 0 ? {} : { sort: rest }) }
  }
  return { indexes, unique }
}
