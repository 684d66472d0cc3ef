import { type Condition, formatPath, type Path, pathOf, type UpdateAction } from '../expressions/index.js'
import { suggest } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { type AttributeMap, type AttributeValue, codecFor, equalAttributeValues, kindOf } from '../values/index.js'
import { unknownAttribute } from './attribute-names.js'
import { ModelError } from './errors.js'
import type { Attributes } from './record.js'

/** Changes inside a map, by member: a value in its stored form, nothing (to be removed), or changes inside that member. */
export interface NestedChange {
  readonly kind: 'nested'
  readonly members: Map<string, NestedChange | MemberChange>
}
interface MemberChange {
  readonly kind: 'member'
  readonly value: AttributeValue | undefined
}
/** Changes inside attributes that are maps, by attribute. */
export type NestedChanges = ReadonlyMap<string, NestedChange>

const anything = codecFor('any')
const branch = (): NestedChange => ({ kind: 'nested', members: new Map() })

/**
 * Takes places inside maps (`'address.city'`) out of values that are to be written.
 *
 * @throws ModelError `MODEL.INVALID_INPUT` for a place that is in no map, or inside another one that is written
 */
export function takeNested(
  schema: EntitySchema,
  values: Readonly<Attributes>,
): { readonly plain: Readonly<Attributes>; readonly nested: NestedChanges | undefined } {
  if (typeof values !== 'object' || values === null) return { plain: values, nested: undefined }
  const isPlace = (name: string): boolean => !schema.attribute.has(name) && /[.[]/.test(name)
  const places = Object.keys(values).filter(isPlace)
  if (places.length === 0) return { plain: values, nested: undefined }
  const nested = new Map<string, NestedChange>()
  const plain = Object.fromEntries(Object.entries(values).filter(([name]) => !isPlace(name)))
  for (const place of places) {
    const [root, ...steps] = pathOf(place)
    checkMap(schema, String(root), place)
    if (Object.hasOwn(plain, String(root))) throw overlapping(schema, String(root), place)
    if (steps.some((step) => typeof step === 'number'))
      throw invalid(schema, `${place} is inside a list, which is written as a whole.`)
    put(schema, nestedIn(nested, String(root)), steps as string[], values[place], place)
  }
  return { plain, nested }
}

/** Changes of a map that leave what they do not name: plain objects go deeper, everything else is a value. */
export function mergeInto(schema: EntitySchema, attribute: string, values: Readonly<Attributes>): NestedChanges {
  if (!schema.attribute.has(attribute)) throw unknownAttribute(schema, attribute)
  checkMap(schema, attribute, attribute)
  const nested = new Map<string, NestedChange>()
  const descend = (into: NestedChange, object: Readonly<Attributes>, at: Path): void => {
    for (const [name, value] of Object.entries(object)) {
      const place = [...at, name]
      if (!isPlain(value)) put(schema, into, [name], value, formatPath(place))
      else if (Object.keys(value).length > 0) {
        const below = branch()
        into.members.set(name, below)
        descend(below, value, place)
      }
    }
  }
  if (!isPlain(values)) throw invalid(schema, `${attribute} is merged with an object, not ${kindOf(values)}.`)
  descend(nestedIn(nested, attribute), values, [attribute])
  return nested
}

function put(schema: EntitySchema, root: NestedChange, steps: readonly string[], value: unknown, place: string): void {
  let at = root
  for (const step of steps.slice(0, -1)) {
    const below = at.members.get(step) ?? branch()
    if (below.kind === 'member') throw overlapping(schema, step, place)
    at.members.set(step, below)
    at = below
  }
  const last = steps.at(-1) as string
  if (at.members.has(last)) throw overlapping(schema, last, place)
  at.members.set(last, { kind: 'member', value: value === undefined ? undefined : anything.encode(value, place) })
}

/** What changes make of a stored value; undefined where there is nothing, and nothing is added. */
function mergedWith(stored: AttributeValue | undefined, { members }: NestedChange): AttributeValue | undefined {
  const merged: Record<string, AttributeValue> = { ...mapOf(stored) }
  for (const [name, change] of members) {
    const value = change.kind === 'member' ? change.value : mergedWith(memberOf(merged, name), change)
    if (value === undefined) delete merged[name]
    else Object.defineProperty(merged, name, { value, enumerable: true, configurable: true, writable: true })
  }
  if (stored !== undefined && 'M' in stored) return { M: merged }
  return Object.keys(merged).length === 0 ? stored : { M: merged }
}

/** The actions that make nested changes, and what must be so for them to be possible. */
export interface NestedWrite {
  readonly actions: readonly UpdateAction[]
  readonly conditions: readonly Condition[]
}

/**
 * Changes of members one by one, so that what others write into the same map stays. A map that is not there is made with all
 * that goes into it.
 *
 * @param stored the row as far as it is known
 * @param known false where nothing is known of the map: then it is taken to be there
 */
export function nestedWrite(
  changes: NestedChanges,
  stored: AttributeMap,
  known: boolean,
  schema: EntitySchema,
): NestedWrite {
  const actions: UpdateAction[] = []
  const conditions: Condition[] = []
  const visit = (path: Path, change: NestedChange, now: AttributeValue | undefined, seen: boolean): void => {
    if (!seen || (now !== undefined && 'M' in now)) {
      conditions.push({ kind: 'type-is', path, type: 'M' })
      for (const [name, each] of change.members) {
        const place = [...path, name]
        if (each.kind === 'nested') visit(place, each, memberOf(mapOf(now), name), seen)
        else if (each.value === undefined) actions.push({ kind: 'remove', path: place })
        else actions.push({ kind: 'set', path: place, value: { kind: 'value', value: each.value } })
      }
      return
    }
    if (now !== undefined && !('NULL' in now)) throw invalid(schema, `${formatPath(path)} is stored, and is no map.`)
    conditions.push(
      now === undefined
        ? { kind: 'not-exists', path }
        : { kind: 'compare', op: '=', left: { kind: 'path', path }, right: { kind: 'value', value: now } },
    )
    const value = mergedWith(now, change)
    // Removals out of nothing: an action all the same, for an update needs one.
    if (value === undefined) actions.push({ kind: 'remove', path })
    else actions.push({ kind: 'set', path, value: { kind: 'value', value } })
  }
  for (const [root, change] of changes)
    if (change.members.size > 0) visit([root], change, stored[root], known || stored[root] !== undefined)
  return { actions, conditions }
}

/** The maps as the changes make them, as far as they are known. @param known true where the whole row is */
export function mergedRoots(
  changes: NestedChanges | undefined,
  stored: AttributeMap,
  known: boolean,
): readonly (readonly [name: string, value: AttributeValue | undefined])[] {
  if (changes === undefined) return []
  return [...changes].flatMap(([root, change]) =>
    known || stored[root] !== undefined ? [[root, mergedWith(stored[root], change)] as const] : [],
  )
}

/** True for an item that has the changes. */
export function holdsNested(changes: NestedChanges, item: AttributeMap): boolean {
  return [...changes].every(([root, change]) => {
    const [now, then] = [item[root], mergedWith(item[root], change)]
    return now === undefined || then === undefined ? now === then : equalAttributeValues(now, then)
  })
}

function nestedIn(nested: Map<string, NestedChange>, root: string): NestedChange {
  const known = nested.get(root) ?? branch()
  nested.set(root, known)
  return known
}

const NOTHING: AttributeMap = Object.freeze({})
function mapOf(value: AttributeValue | undefined): AttributeMap {
  return value !== undefined && 'M' in value ? value.M : NOTHING
}

function memberOf(map: AttributeMap, name: string): AttributeValue | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

function isPlain(value: unknown): value is Attributes {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function checkMap(schema: EntitySchema, root: string, place: string): void {
  const attribute = schema.attribute.get(root)
  if (attribute === undefined) {
    const meant = suggest(root, schema.attribute.keys())
    const hint = meant === undefined ? undefined : `Did you mean "${meant}"?`
    throw new ModelError('MODEL.UNKNOWN_ATTRIBUTE', `${schema.name} has no attribute "${root}" (${place}).`, { hint })
  }
  if (attribute.encrypted) throw invalid(schema, `${root} is encrypted: nothing inside it can be written by itself.`)
  if (attribute.options.set !== undefined)
    throw invalid(
      schema,
      `${root} has a set function, which makes all of it: nothing inside it can be written by itself.`,
    )
  if (typeof attribute.cast === 'object' || !['map', 'any'].includes(attribute.type))
    throw invalid(
      schema,
      `${root} is a ${attribute.type}${typeof attribute.cast === 'object' ? ' with a cast of its own' : ''}: nothing inside it can be written by itself.`,
    )
}

function overlapping(schema: EntitySchema, name: string, place: string): ModelError {
  return invalid(schema, `${place} is written together with ${name}, which it is a part of.`)
}

function invalid(schema: EntitySchema, message: string): ModelError {
  return new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${message}`, { details: { model: schema.name } })
}
