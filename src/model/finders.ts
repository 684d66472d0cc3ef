import { holds } from '../expressions/index.js'
import { conditionOf } from './check-row.js'
import { isDuplicateKeyError, isModelNotFoundError, isStaleRecordError, isUniqueConstraintError } from './errors.js'
import { isLive } from './find.js'
import { bindingOf, type ModelBinding, type ModelClass } from './model-space.js'
import type { Attributes } from './record.js'
import { stateOf } from './record-state.js'

/** A record as these functions see it. */
interface Saved {
  update(values: Attributes): Promise<unknown>
}
/** Where rows are found and made: a model, or the relation of a record. */
export interface Finding {
  readonly binding: ModelBinding
  /** What every row has there. */
  readonly owned: Attributes
  first(match: Attributes): Promise<object | null>
  create(values: Attributes): Promise<object>
}

/** Rows of a model. */
export function inModel(model: ModelClass): Finding {
  const models = model as unknown as {
    create(values: Attributes): Promise<object>
    query(): { where(match: Attributes): { first(): Promise<object | null> } }
  }
  return {
    binding: bindingOf(model),
    owned: {},
    first: (match) => models.query().where(match).first(),
    create: (values) => models.create(values),
  }
}

/** The first row that matches, or undefined. */
export function firstMatch(place: Finding, match: Attributes): Promise<object | null> {
  return place.first(asStored(place.binding, match))
}

/** Times it is begun anew, where others create and delete the same row meanwhile. */
const ATTEMPTS = 8

/** The first row that matches, or a new one. */
export async function firstOrCreate(place: Finding, match: Attributes, values: Attributes): Promise<object> {
  return (await firstMatch(place, match)) ?? createOrFirst(place, match, values)
}

/** A new row; where its key or a unique value is taken by a row that matches, that row. */
export async function createOrFirst(place: Finding, match: Attributes, values: Attributes): Promise<object> {
  try {
    return await place.create({ ...match, ...values })
  } catch (error) {
    const existing = rival(error)
    if (existing === undefined || !matches(place, match, existing)) throw error
    return existing
  }
}

/** The first row that matches with these values written into it, or a new one. */
export async function updateOrCreate(place: Finding, match: Attributes, values: Attributes): Promise<object> {
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await firstMatch(place, match)
      if (found === null) return await place.create({ ...match, ...values })
      await (found as unknown as Saved).update(values)
      return found
    } catch (error) {
      const existing = rival(error)
      const another =
        existing === undefined
          ? isModelNotFoundError(error) || isStaleRecordError(error)
          : matches(place, match, existing)
      if (!another || attempt === ATTEMPTS) throw error
      if (existing === undefined) continue
      try {
        await (existing as Saved).update(values)
        return existing
      } catch (later) {
        if (!isModelNotFoundError(later) && !isStaleRecordError(later)) throw later
      }
    }
  }
}

/** A row with the key of this one gets its values; where there is none it is created. */
export async function upsert(place: Finding, values: Attributes): Promise<object> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await place.create(values)
    } catch (error) {
      const existing = isDuplicateKeyError(error) ? error.existing : undefined
      if (existing === undefined || !matches(place, {}, existing)) throw error
      try {
        await (existing as unknown as Saved).update(values)
        return existing
      } catch (later) {
        if (attempt === ATTEMPTS || (!isModelNotFoundError(later) && !isStaleRecordError(later))) throw later
      }
    }
  }
}

/** Values to look for in the form that the attributes' `set` functions make of them. */
function asStored({ codec }: ModelBinding, match: Attributes): Attributes {
  if (codec.setters.size === 0) return match
  return Object.fromEntries(
    Object.entries(match).map(([name, value]) => {
      const set = value === undefined || value === null ? undefined : codec.setters.get(name)
      return [name, set === undefined ? value : set(codec.coerce(name, value))]
    }),
  )
}

/** The row that stood in the way of a new one. */
function rival(error: unknown): object | undefined {
  return isDuplicateKeyError(error) || isUniqueConstraintError(error) ? error.existing : undefined
}

/** True for a row that a query would find by these values. */
function matches({ binding, owned }: Finding, match: Attributes, existing: object): boolean {
  const item = stateOf(existing)?.stored ?? {}
  return isLive(binding, item) && holds(conditionOf(binding, { ...asStored(binding, match), ...owned }), item)
}
