import type { ChangeInput, CreateInput, Row } from '../schema/index.js'
import { EVENTS, type ModelEventName } from './events.js'
import { quietly, withoutEventsOf } from './fire.js'
import { addHook, type Unsubscribe } from './hooks.js'
import type { Declares } from './model-record.js'
import type { ModelClass } from './model-space.js'
import { observe } from './observers.js'
import { stateFor } from './state-for.js'
import { withoutTimestampsOf } from './unstamped.js'
import { WritingRecord } from './writing-record.js'

/** What is called with a record when something happens to it. */
type RecordHook<T extends ModelClass> = (record: Row<T>) => unknown
/** `User.creating(fn)`: the same as `User.addHook('creating', fn)`. */
interface HookMethod {
  <T extends ModelClass>(this: T, hook: RecordHook<T>): Unsubscribe
}
/** Methods named as events are; each is told of the records of a model. */
export type Observer<R = any> = { readonly [E in ModelEventName]?: (record: R) => unknown }

/**
 * Who is told what happens to rows. Hooks run one after the other, those of base classes first, and are awaited. A hook
 * of an `…ing` event that returns false or throws forbids what was to happen, and nothing is written; it may also change the
 * record. The others are told once DynamoDB has acknowledged the write, in a transaction after all of it.
 */
export abstract class ObservedRecord extends WritingRecord {
  declare static readonly retrieved: HookMethod
  declare static readonly saving: HookMethod
  declare static readonly creating: HookMethod
  declare static readonly updating: HookMethod
  declare static readonly validating: HookMethod
  declare static readonly created: HookMethod
  declare static readonly updated: HookMethod
  declare static readonly saved: HookMethod
  declare static readonly deleting: HookMethod
  declare static readonly trashed: HookMethod
  declare static readonly deleted: HookMethod
  declare static readonly forceDeleting: HookMethod
  declare static readonly forceDeleted: HookMethod
  declare static readonly restoring: HookMethod
  declare static readonly restored: HookMethod
  declare static readonly replicating: HookMethod

  static {
    for (const event of EVENTS)
      Object.defineProperty(this, event, {
        configurable: true,
        writable: true,
        value(this: ModelClass, hook: unknown) {
          return addHook(this, event, hook)
        },
      })
  }

  /**
   * Adds a hook by the name of its event, or by ActiveRecord's: `creating` or `beforeCreate`.
   *
   * @returns takes it away again
   * @throws ModelError `MODEL.UNKNOWN_EVENT`
   * @example
   * User.addHook('creating', async (user) => { user.slug = await slugFor(user.name) })
   */
  static addHook<T extends ModelClass>(this: T, event: ModelEventName, hook: RecordHook<T>): Unsubscribe {
    return addHook(this, event, hook)
  }

  /** Adds every method of an observer that is named as an event is. @returns takes them away again */
  static observe<T extends ModelClass>(this: T, observer: object | (new () => object)): Unsubscribe {
    return observe(this, observer)
  }

  /**
   * Calls a function in which no hook of this model (and of those that extend it) is told of anything; on the base class, of
   * any model. What happens elsewhere at the same time is told as ever.
   */
  static withoutEvents<R>(this: ModelClass, work: () => R): R {
    return withoutEventsOf(this, work)
  }

  /**
   * Calls a function in which changes of this model's rows (and of those that extend it) leave `updatedAt` as it is; on the
   * base class, of any model. New rows have their dates in any case: indexes count on them.
   *
   * @example
   * await User.withoutTimestamps(() => user.update({ lastSeen: new Date() }))
   */
  static withoutTimestamps<R>(this: ModelClass, work: () => R): R {
    return withoutTimestampsOf(this, work)
  }

  /** `create` that no hook is told of. */
  static createQuietly<T extends ModelClass>(this: T, values: CreateInput<T>): Promise<Row<T>> {
    return quietly(() => this.create<T>(values))
  }

  abstract save(): Promise<this>
  abstract update<A>(this: this & Declares<A>, values: ChangeInput<A>): Promise<this>
  abstract delete(): Promise<boolean>
  abstract forceDelete(): Promise<boolean>
  abstract restore(): Promise<this>

  /** Saves the record and every record of the relations that were read along, where something was changed; one after the other. */
  async push(): Promise<this> {
    await pushAll(this, new Set())
    return this
  }

  /** `save` that no hook is told of, nor of what it writes besides. */
  saveQuietly(): Promise<this> {
    return quietly(() => this.save())
  }

  updateQuietly<A>(this: this & Declares<A>, values: ChangeInput<A>): Promise<this> {
    return quietly(() => this.update(values))
  }

  deleteQuietly(): Promise<boolean> {
    return quietly(() => this.delete())
  }

  forceDeleteQuietly(): Promise<boolean> {
    return quietly(() => this.forceDelete())
  }

  restoreQuietly(): Promise<this> {
    return quietly(() => this.restore())
  }
}

async function pushAll(record: ObservedRecord, seen: Set<object>): Promise<void> {
  if (seen.has(record)) return
  seen.add(record)
  await record.save()
  for (const name of stateFor(record).relations)
    for (const related of [(record as unknown as Record<string, unknown>)[name]].flat())
      if (related instanceof ObservedRecord) await pushAll(related, seen)
}
