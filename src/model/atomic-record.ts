import type { AttributesOf, KeyOf } from '../schema/index.js'
import { type AtomicChange, changeSet, extend, fillIn, increase } from './atomic-change.js'
import { type AtomicOptions, changeAtomically } from './atomic-update.js'
import { ModelError } from './errors.js'
import { CHANGE } from './events.js'
import { checkValues } from './fill.js'
import { knownRecord } from './known-record.js'
import { type Declares, ModelRecord } from './model-record.js'
import { bindingOf, type ModelBinding, type ModelClass } from './model-space.js'
import type { Attributes } from './record.js'
import { savedStateOf } from './state-for.js'

type Kinds = 'number' | 'bigint' | 'decimal' | 'list' | 'set' | 'any'
/** Names of attributes of these types, as far as the types say them. */
type NameOf<A, K extends Kinds> = unknown extends A
  ? string
  : Extract<
      {
        [N in keyof A]: A[N] extends { type: infer D } ? (string extends D ? N : D extends K ? N : never) : never
      }[keyof A],
      string
    >
type NumberName<A> = NameOf<A, 'number' | 'bigint' | 'decimal' | 'any'>
type ListName<A> = NameOf<A, 'list' | 'any'>
type SetName<A> = NameOf<A, 'set'>
type Amount = number | bigint | string

/**
 * Changes that DynamoDB makes from the value it has, so that no other writer's change is lost: counters, lists, sets. Each
 * is also there by key, without a record: `User.increment('u1', 'logins')`.
 *
 * A change that counts (`increment`, `append` …) is made once, whatever is retried: it is sent as a transaction with a
 * token, for twice the capacity of an UpdateItem. `{ atLeastOnce: true }` sends a plain UpdateItem instead.
 */
export abstract class AtomicRecord extends ModelRecord {
  /**
   * Adds to a number; one that is missing counts as 0. The record then has its own value and the amount: what others added
   * meanwhile is in the row, and `refresh()` reads it.
   *
   * @throws ModelNotFoundError, ValidationError where the attribute has rules, ModelError `MODEL.INVALID_INPUT`
   */
  increment<A>(
    this: this & Declares<A>,
    attribute: NumberName<A>,
    by: Amount = 1,
    options?: AtomicOptions,
  ): Promise<this> {
    return change(this, (binding) => increase(binding, attribute, by, 1), options)
  }

  /** Subtracts from a number. */
  decrement<A>(
    this: this & Declares<A>,
    attribute: NumberName<A>,
    by: Amount = 1,
    options?: AtomicOptions,
  ): Promise<this> {
    return change(this, (binding) => increase(binding, attribute, by, -1), options)
  }

  /** Adds to several numbers in one write: `incrementEach({ views: 1, score: 5 })`. */
  incrementEach<A>(
    this: this & Declares<A>,
    amounts: { readonly [N in NumberName<A>]?: Amount },
    options?: AtomicOptions,
  ): Promise<this> {
    return change(this, (binding) => increaseEach(binding, amounts, 1), options)
  }

  /** Subtracts from several numbers in one write. */
  decrementEach<A>(
    this: this & Declares<A>,
    amounts: { readonly [N in NumberName<A>]?: Amount },
    options?: AtomicOptions,
  ): Promise<this> {
    return change(this, (binding) => increaseEach(binding, amounts, -1), options)
  }

  /** Puts a value, or a list of values, at the end of a list. */
  append<A>(this: this & Declares<A>, attribute: ListName<A>, values: unknown, options?: AtomicOptions): Promise<this> {
    if (values === undefined) throw appended(attribute)
    return change(this, (binding) => extend(binding, attribute, listed(values), 'back'), options)
  }

  /** Puts a value, or a list of values, before a list. */
  prepend<A>(
    this: this & Declares<A>,
    attribute: ListName<A>,
    values: unknown,
    options?: AtomicOptions,
  ): Promise<this> {
    return change(this, (binding) => extend(binding, attribute, listed(values), 'front'), options)
  }

  /** Adds an element, or several, to a set. */
  add<A>(this: this & Declares<A>, attribute: SetName<A>, values: unknown): Promise<this> {
    return change(this, (binding) => changeSet(binding, attribute, listed(values), 'add'))
  }

  /** Takes an element, or several, out of a set. */
  remove<A>(this: this & Declares<A>, attribute: SetName<A>, values: unknown): Promise<this> {
    return change(this, (binding) => changeSet(binding, attribute, listed(values), 'remove'))
  }

  /** Sets an attribute where the row has none. */
  ifNotExists<A>(this: this & Declares<A>, attribute: Extract<keyof A, string>, value: unknown): Promise<this> {
    return change(this, (binding) => fillIn(binding, attribute, value))
  }

  static async increment<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: NumberName<AttributesOf<T>>,
    by: Amount = 1,
    options?: AtomicOptions,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => increase(binding, attribute, by, 1), options)
  }

  static async decrement<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: NumberName<AttributesOf<T>>,
    by: Amount = 1,
    options?: AtomicOptions,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => increase(binding, attribute, by, -1), options)
  }

  static async append<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: ListName<AttributesOf<T>>,
    values: unknown,
    options?: AtomicOptions,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => extend(binding, attribute, listed(values), 'back'), options)
  }

  static async prepend<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: ListName<AttributesOf<T>>,
    values: unknown,
    options?: AtomicOptions,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => extend(binding, attribute, listed(values), 'front'), options)
  }

  static async add<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: SetName<AttributesOf<T>>,
    values: unknown,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => changeSet(binding, attribute, listed(values), 'add'))
  }

  static async remove<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: SetName<AttributesOf<T>>,
    values: unknown,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => changeSet(binding, attribute, listed(values), 'remove'))
  }

  static async ifNotExists<T extends ModelClass>(
    this: T,
    key: KeyOf<T>,
    attribute: Extract<keyof AttributesOf<T>, string>,
    value: unknown,
  ): Promise<void> {
    await changeByKey(this, key, (binding) => fillIn(binding, attribute, value))
  }
}

type Make = (binding: ModelBinding) => AtomicChange | readonly AtomicChange[]

async function change<R extends object>(record: R, make: Make, options?: AtomicOptions): Promise<R> {
  const state = savedStateOf(record)
  await changeAtomically(record as unknown as Attributes, state, [make(state.binding)].flat(), options)
  return record
}

async function changeByKey(model: ModelClass, key: unknown, make: Make, options?: AtomicOptions): Promise<void> {
  await change(await knownRecord(bindingOf(model), key, CHANGE), make, options)
}

/** @throws ModelError `MODEL.INVALID_INPUT` for what is no object of amounts */
function increaseEach(binding: ModelBinding, amounts: object, sign: 1 | -1): readonly AtomicChange[] {
  checkValues(binding.schema, amounts)
  const entries = Object.entries(amounts)
  if (entries.length === 0)
    throw new ModelError('MODEL.INVALID_INPUT', `${binding.schema.name} was given no numbers to change.`, {
      hint: 'Write incrementEach({ views: 1, score: 5 }).',
    })
  return entries.map(([name, by]) => increase(binding, name, by, sign))
}

/** One value stands for a list of one. */
/** Eloquent's `append` shows a getter in JSON. */
function appended(attribute: unknown): ModelError {
  return new ModelError(
    'MODEL.INVALID_INPUT',
    `append was not given what to put at the end of "${String(attribute)}".`,
    {
      hint: `Write append('history', value) for a list; a getter is shown in toJSON by static appends = ['${String(attribute)}'].`,
    },
  )
}

function listed(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values : values instanceof Set ? [...values] : [values]
}
