import { type Attributes, bindingOf, type ModelBinding, type ModelClass, madeRecord } from '../model/index.js'
import { type AttributeSchema, boundedAttribute, type RelationSchema } from '../schema/index.js'
import { definitionOf } from './definition.js'
import { deriveValue, newKey } from './derive-value.js'
import { FactoryError } from './errors.js'
import { fakerOf } from './faker.js'
import { EMPTY_PLAN, isFactory, type RowSource } from './plan.js'
import { type Random, withRandom } from './random.js'
import { parentRelation, relationBetween } from './relation-keys.js'

/** As often a row is made anew where a unique value came before. */
const ATTEMPTS = 20

/** What rows that are made together share. */
export interface Making {
  readonly random: Random
  /** Parents that were made for all rows of a factory. */
  readonly parents?: Map<object, object>
  /** Records that may be belonged to, by their model. */
  readonly recycled?: ReadonlyMap<string, readonly Attributes[]>
  /** Models that are being made, the outermost first. */
  readonly path?: readonly string[]
  /** Values that hold in any case: keys of the row that has these. */
  readonly fixed?: Attributes
}

/** A record that is not saved yet, and what has to be saved before it. */
export interface MadeRow {
  readonly factory: RowSource
  readonly binding: ModelBinding
  readonly record: Attributes
  /** True: nobody can have its key. */
  readonly fresh: boolean
  readonly links: readonly Link[]
}
/** An attribute that holds a value of a row that was made for it. */
interface Link {
  readonly attribute: string
  readonly parent: MadeRow
  readonly from: string
}

/** Makes rows `from` up to `from + count` of a factory. Nothing is sent. */
export function makeRows(factory: RowSource, from: number, count: number, making: Making): readonly MadeRow[] {
  const { binding, plan } = factory
  const { path = [] } = making
  const { name } = binding.schema
  if (path.filter((each) => each === name).length > 1)
    throw new FactoryError('FACTORY.CANNOT_DERIVE', `Rows of ${name} need rows of ${name} without end.`, {
      hint: 'Give the key a value: override({ parentId: null }), for(record) or recycle(records).',
    })
  const inner: Making = { ...making, path: [...path, name], recycled: withRecycled(making.recycled, plan.recycled) }
  return withRandom(making.random, () =>
    Array.from({ length: count }, (_, i) => {
      const { values, links, fresh } = completed(factory, binding, from + i, inner)
      const record = madeRecord(binding, values, true)
      definitionOf(name).afterMaking?.(record)
      for (const told of plan.afterMaking) told(record)
      return { factory, binding, record, fresh, links }
    }),
  )
}

/** Values of a row; keys of rows that would have to be made for it are left out. */
export function rawRow(factory: RowSource, random: Random): Attributes {
  const making: Making = { random, recycled: withRecycled(undefined, factory.plan.recycled) }
  const { values, links } = withRandom(random, () => completed(factory, factory.binding, 0, making))
  for (const { attribute } of links) delete values[attribute]
  return values
}

interface Completed {
  readonly values: Attributes
  readonly links: Link[]
  readonly fresh: boolean
}

function completed(factory: RowSource, binding: ModelBinding, index: number, making: Making): Completed {
  const { schema } = binding
  const { random } = making
  const links: Link[] = []
  const values = distinctDraft(factory, binding, index, making, links)
  for (const [name, value] of Object.entries(values))
    if (isFactory(value)) {
      const [parent] = makeRows(value, 0, 1, making) as readonly [MadeRow]
      link(binding, values, links, name, parent)
    }
  let fresh = false
  for (const attribute of schema.attributes) {
    const { name, managed, options } = attribute
    if (Object.hasOwn(values, name)) continue
    if (managed === 'createdAt' || managed === 'updatedAt') {
      if (random.seeded) values[name] = new Date(random.now)
    } else if (managed === undefined || (managed === 'expiry' && attribute.required)) {
      if (isCounter(binding, name)) continue
      if (options.default !== undefined) values[name] = defaultOf(options.default)
      else if (
        name === schema.primaryKey &&
        attribute.type === 'string' &&
        options.factory === undefined &&
        plainKey(attribute)
      ) {
        values[name] = newKey(binding, random)
        fresh = !random.seeded
      } else fillIn(binding, attribute, values, links, making)
    }
    if (values[name] === undefined) delete values[name]
  }
  return { values, links, fresh }
}

function defaultOf(fallback: unknown): unknown {
  return typeof fallback === 'function' ? (fallback as () => unknown)() : structuredClone(fallback)
}

/** An id as the model makes them itself: one with a format or rules of its own is made by those. */
function plainKey(attribute: AttributeSchema): boolean {
  const { format, pattern, enum: choices, minLength, maxLength } = boundedAttribute(attribute).options
  return [format, pattern, choices, minLength, maxLength].every((rule) => rule === undefined)
}

/** What definition, states and overrides say, made anew where a unique value came before. */
function distinctDraft(
  factory: RowSource,
  binding: ModelBinding,
  index: number,
  making: Making,
  links: Link[],
): Attributes {
  for (let attempt = 1; ; attempt++) {
    links.length = 0
    const values = draft(factory, binding, index, making, links)
    const taken = binding.uniqueAttributes.some((name) =>
      isSeen(making.random, `${binding.schema.name}.${name}`, values[name]),
    )
    if (taken && attempt < ATTEMPTS) continue
    for (const name of binding.uniqueAttributes) see(making.random, `${binding.schema.name}.${name}`, values[name])
    return values
  }
}

function draft(factory: RowSource, binding: ModelBinding, index: number, making: Making, links: Link[]): Attributes {
  const { plan } = factory
  const faker = fakerOf(making.random)
  const { definition = {} } = definitionOf(binding.schema.name)
  const values: Attributes = { ...(typeof definition === 'function' ? definition(faker, index) : definition) }
  for (const layer of plan.layers)
    Object.assign(values, typeof layer === 'function' ? layer({ ...values }, faker, index) : layer)
  for (const { parent, relation } of plan.parents) belong(binding, values, links, parent, relation, making)
  Object.assign(values, plan.overrides, making.fixed)
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'function') values[name] = (value as (values: Attributes) => unknown)({ ...values })
  return values
}

/** What `for(parent)` says. */
function belong(
  binding: ModelBinding,
  values: Attributes,
  links: Link[],
  parent: object,
  name: string | undefined,
  making: Making,
): void {
  const owner = isFactory(parent) ? sharedParent(parent, making) : parent
  const record = (isMade(owner) ? owner.record : owner) as Attributes
  const parentBinding = isMade(owner) ? owner.binding : bindingOf(record.constructor as ModelClass)
  const relation = parentRelation(binding, parentBinding, name)
  const from = relation.localKey ?? parentBinding.schema.primaryKey
  const attribute = relation.type === 'morphTo' ? `${relation.morph ?? ''}Id` : relation.foreignKey
  if (relation.type === 'morphTo') values[`${relation.morph ?? ''}Type`] = parentBinding.schema.name
  values[attribute] = record[from]
  if (isMade(owner)) links.push({ attribute, parent: owner, from })
}

function sharedParent(factory: RowSource, making: Making): MadeRow {
  const known = making.parents?.get(factory)
  if (known !== undefined) return known as MadeRow
  const [made] = makeRows(factory, 0, 1, making) as readonly [MadeRow]
  making.parents?.set(factory, made)
  return made
}

function isMade(value: object): value is MadeRow {
  return 'links' in value && 'factory' in value && 'binding' in value
}

/** A value for an attribute that nobody gave one. */
function fillIn(
  binding: ModelBinding,
  attribute: AttributeSchema,
  values: Attributes,
  links: Link[],
  making: Making,
): void {
  const { name, required, unique, options } = attribute
  const { random, recycled } = making
  const relation = relationBetween(binding, name)
  if (relation !== undefined) {
    const related = binding.space.related(binding.schema, relation)
    const reusable = recycled?.get(related.schema.name) ?? []
    const from = relation.localKey ?? related.schema.primaryKey
    if (reusable.length > 0) values[name] = random.element(reusable)[from]
    else if (required) {
      const [parent] = makeRows({ binding: related, plan: EMPTY_PLAN }, 0, 1, making) as readonly [MadeRow]
      link(binding, values, links, name, parent)
    }
    return
  }
  if (isMorphKey(binding, name)) {
    if (!required) return
    throw new FactoryError(
      'FACTORY.CANNOT_DERIVE',
      `Which row ${binding.schema.name}.${name} points to is not known.`,
      {
        hint: 'Say for(record) or for(factory).',
      },
    )
  }
  const make = options.factory
  const known = `${binding.schema.name}.${name}`
  for (let attempt = 1; ; attempt++) {
    values[name] = make === undefined ? deriveValue(binding, attribute, random) : make(fakerOf(random))
    if (!unique || attempt === ATTEMPTS || !isSeen(random, known, values[name])) break
  }
  if (unique) see(random, known, values[name])
}

function link(binding: ModelBinding, values: Attributes, links: Link[], attribute: string, parent: MadeRow): void {
  const relation = relationBetween(binding, attribute)
  const from = relation?.localKey ?? parent.binding.schema.primaryKey
  values[attribute] = parent.record[from]
  links.push({ attribute, parent, from })
}

function isCounter({ schema }: ModelBinding, name: string): boolean {
  return [...schema.relations.values()].some(({ counter }: RelationSchema) => counter === name)
}

function isMorphKey({ schema }: ModelBinding, name: string): boolean {
  return [...schema.relations.values()].some(
    ({ type, morph }) =>
      type === 'morphTo' && morph !== undefined && (name === `${morph}Id` || name === `${morph}Type`),
  )
}

/** The records of `recycle`, by their model, beside those that are known. */
export function withRecycled(
  known: ReadonlyMap<string, readonly Attributes[]> | undefined,
  records: readonly object[],
): ReadonlyMap<string, readonly Attributes[]> {
  if (records.length === 0) return known ?? NONE
  const all = new Map(known)
  for (const record of records) {
    const { name } = bindingOf(record.constructor as ModelClass).schema
    all.set(name, [...(all.get(name) ?? []), record as Attributes])
  }
  return all
}

const NONE: ReadonlyMap<string, readonly Attributes[]> = new Map()

/** Unique values that one source made, by model and attribute. */
const seen = new WeakMap<Random, Map<string, Set<unknown>>>()

function isSeen(random: Random, attribute: string, value: unknown): boolean {
  return value !== undefined && value !== null && (seen.get(random)?.get(attribute)?.has(value) ?? false)
}

function see(random: Random, attribute: string, value: unknown): void {
  if (value === undefined || value === null) return
  let known = seen.get(random)
  if (known === undefined) seen.set(random, (known = new Map()))
  const values = known.get(attribute)
  if (values === undefined) known.set(attribute, new Set([value]))
  else values.add(value)
}
