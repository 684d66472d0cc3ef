import { kindOf } from '../values/index.js'
import type { ModelDefinition } from './definition.js'
import { secondsOf } from './duration.js'
import { SchemaError } from './errors.js'
import { FLAG, faultIn, LIFETIME, type OptionKinds, TEXT } from './option-kinds.js'

/** What a model says in an object about soft deletes. */
export interface SoftDeleteOptions {
  /** How long deleted rows are kept: seconds, or text such as `'30d'`. DynamoDB removes them then (Time to Live). */
  readonly ttl?: number | string
  /** An index that holds the deleted rows alone, newest last: `onlyTrashed()` reads it instead of the table. */
  readonly index?: boolean
  /** The attribute with the moment of the deletion. Default `deletedAt`. */
  readonly attribute?: string
}
/** What a model says in an object about timestamps: the names of their attributes. */
export interface TimestampOptions {
  readonly createdAt?: string
  readonly updatedAt?: string
}
/** What a model says in an object about Time to Live. */
export interface TtlOptions {
  readonly enabled?: boolean
  /** Default `ttl`. */
  readonly attribute?: string
}

const SOFT_DELETE_KINDS: OptionKinds<SoftDeleteOptions> = { ttl: LIFETIME, index: FLAG, attribute: TEXT }
const TIMESTAMP_KINDS: OptionKinds<TimestampOptions> = { createdAt: TEXT, updatedAt: TEXT }
const TTL_KINDS: OptionKinds<TtlOptions> = { enabled: FLAG, attribute: TEXT }

/** How versions and lifetimes of a model's rows are kept. */
export interface Lifetimes {
  /** The attribute that counts the writes of a row; undefined for a model without an optimistic lock. */
  readonly version: string | undefined
  /** The attribute with the moment from which a row may be removed, in epoch seconds. */
  readonly ttl: string | undefined
  readonly softDeletes: boolean
  /** Seconds that a deleted row is kept; undefined for ever. */
  readonly trashSeconds: number | undefined
  /** True where the deleted rows have an index of their own. */
  readonly trashIndex: boolean
  readonly timestamps: boolean
  /** The attributes that hold these moments, where the model has them. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string
}

/** @throws SchemaError `SCHEMA.INVALID_STATIC` */
export function readLifetimes(definition: ModelDefinition): Lifetimes {
  const { name, softDeletes } = definition
  const fault = (message: string, hint?: string): SchemaError =>
    new SchemaError('SCHEMA.INVALID_STATIC', `${name}${message}`, { hint, details: { model: name } })
  const objectOf = <T extends object>(what: string, given: unknown, kinds: OptionKinds<T>): Partial<T> => {
    if (typeof given !== 'object') return {}
    if (given === null || Array.isArray(given)) throw fault(`.${what} cannot be ${kindOf(given)}.`)
    const wrong = faultIn(given, kinds)
    if (wrong !== undefined) throw fault(`.${what} ${wrong.message}`, wrong.hint)
    return given
  }
  const trash = objectOf('softDeletes', softDeletes, SOFT_DELETE_KINDS)
  const stamps = objectOf('timestamps', definition.timestamps, TIMESTAMP_KINDS)
  const ttl = nameOf(definition.ttl, 'ttl', objectOf('ttl', definition.ttl, TTL_KINDS))
  const trashSeconds = trash.ttl === undefined ? undefined : secondsOf(trash.ttl)
  if (ttl !== undefined && trashSeconds !== undefined)
    throw fault(
      ' has both `static ttl` and softDeletes.ttl, and DynamoDB looks at one moment of a row only.',
      'Set the ttl attribute yourself when you delete, or leave one of the two out.',
    )
  const moments = {
    createdAt: stamps.createdAt ?? 'createdAt',
    updatedAt: stamps.updatedAt ?? 'updatedAt',
    deletedAt: trash.attribute ?? 'deletedAt',
  }
  const isStamped = definition.timestamps !== undefined && definition.timestamps !== false
  const isTrashed = softDeletes !== undefined && softDeletes !== false
  const names = [
    ...(isStamped ? [moments.createdAt, moments.updatedAt] : []),
    ...(isTrashed ? [moments.deletedAt] : []),
    definition.primaryKey ?? 'id',
  ]
  const twice = names.find((each, index) => names.indexOf(each) < index)
  if (twice !== undefined)
    throw fault(` keeps two things in "${twice}".`, 'Give createdAt, updatedAt, deletedAt and the key a name each.')
  return {
    version: nameOf(definition.version ?? definition.versioning, 'version'),
    ttl,
    softDeletes: isTrashed,
    trashSeconds,
    trashIndex: trash.index === true,
    timestamps: isStamped,
    ...moments,
  }
}

function nameOf(given: unknown, fallback: string, { enabled, attribute }: TtlOptions = {}): string | undefined {
  if (given === undefined || given === false || typeof given === 'function' || enabled === false) return undefined
  return typeof given === 'string' ? given : (attribute ?? fallback)
}
