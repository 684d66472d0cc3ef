import { suggest } from '../kernel/index.js'
import { bindingOf, type ModelBinding, type ModelClass, ModelSpace } from '../model/index.js'
import { currentConnection } from '../runtime/index.js'
import type { RelationName, Row } from '../schema/index.js'
import { type Creating, createRows } from './create-rows.js'
import {
  definitionOf,
  type FactoryDefinition,
  type FactoryDraft,
  type FactoryState,
  type FactoryValues,
  keepDefinition,
  nameOf,
} from './definition.js'
import { FactoryError } from './errors.js'
import { makeRows, rawRow } from './make-rows.js'
import { EMPTY_PLAN, type FactoryPlan, factories, type Layer } from './plan.js'
import { checkSeed, currentRandom, Random, seedAll } from './random.js'

declare module '../model/model-factory.js' {
  // What `User.factory()` gives is a Factory; models live below and cannot name it.
  interface ModelFactory<T extends ModelClass> extends Factory<T> {}
}

/** Rows that are in memory at a time, where they are not collected. */
const CHUNK = 250

/**
 * Makes rows for tests and seeds. Every method gives a new factory; the one it was called on stays as it is.
 *
 * @example
 * Factory.define('User', {
 *   definition: (faker) => ({ name: faker.person.fullName(), email: uniqueEmail() }),
 *   states: { admin: { role: 'admin' } },
 * })
 * const users = await Factory.for('User').count(10).state('admin').has('posts', 3).create()
 */
export class Factory<T extends ModelClass = any, S extends string = string> implements AsyncIterable<Row<T>> {
  readonly #model: string | ModelClass
  readonly #plan: FactoryPlan

  private constructor(model: string | ModelClass, plan: FactoryPlan) {
    this.#model = model
    this.#plan = plan
    factories.add(this)
  }

  /**
   * Says what rows of a model are like; a later definition takes the place of an earlier one.
   *
   * @throws FactoryError `FACTORY.INVALID`
   */
  static define<T extends ModelClass, const D extends FactoryDefinition<T>>(
    model: T,
    definition: D,
  ): Factory<T, StateName<D>>
  static define(model: string, definition: FactoryDefinition<any>): Factory
  static define(model: string | ModelClass, definition: FactoryDefinition<any>): Factory {
    keepDefinition(model, definition)
    return Factory.for(model as ModelClass)
  }

  /** A factory of a model, by class or by name. The model is looked up when rows are made. */
  static for<T extends ModelClass>(model: T): Factory<T>
  static for(model: string): Factory
  static for(model: string | ModelClass): Factory {
    nameOf(model)
    return new Factory(model, EMPTY_PLAN)
  }

  /**
   * Makes everything that follows reproducible: the same number gives the same rows, ids and dates included. Undefined
   * takes it back.
   */
  static seed(seed: number | undefined): void {
    seedAll(seed)
  }

  /** The model whose rows are made. @throws ModelError `MODEL.UNKNOWN_MODEL` */
  get model(): T {
    return this.binding.model as T
  }

  /** @internal */
  get binding(): ModelBinding {
    if (typeof this.#model !== 'string') return bindingOf(this.#model)
    const space = ModelSpace.of(currentConnection())
    const found = space.named(this.#model)
    if (found !== undefined) return found
    throw space.unknown(this.#model, `There is no model ${this.#model}.`, { model: this.#model })
  }

  /** @internal */
  get plan(): FactoryPlan {
    return this.#plan
  }

  /** So many rows. @throws FactoryError `FACTORY.INVALID` */
  count(count: number): Factory<T, S> {
    if (!Number.isSafeInteger(count) || count < 0)
      throw new FactoryError('FACTORY.INVALID', `count takes a whole number from 0, not ${String(count)}.`)
    return this.#with({ count })
  }

  /**
   * Changes every row: by the name of a state, by values, or by a function of the values so far.
   *
   * @throws FactoryError `FACTORY.UNKNOWN_STATE`
   */
  state(state: S | FactoryState<T>): Factory<T, S> {
    return this.#layer(typeof state === 'string' ? this.#named(state) : state)
  }

  /** Several states, one after the other. */
  states(...states: readonly S[] | readonly [readonly S[]]): Factory<T, S> {
    return (states.flat() as readonly S[]).reduce<Factory<T, S>>((factory, state) => factory.state(state), this)
  }

  /** Values that hold whatever states say, in the order they are given. */
  override(values: FactoryValues<T>): Factory<T, S> {
    return this.#with({ overrides: { ...this.#plan.overrides, ...checked('override', values) } })
  }

  /** Values in turn: `sequence({ role: 'admin' }, { role: 'guest' })`; or a function of the row's number, from 0. */
  sequence(...steps: readonly (FactoryValues<T> | ((index: number) => FactoryValues<T>))[]): Factory<T, S> {
    if (steps.length === 0) throw new FactoryError('FACTORY.INVALID', 'sequence takes at least one object or function.')
    return this.#layer((_values: unknown, _faker: unknown, index: number) => {
      const step = steps[index % steps.length]
      return typeof step === 'function' ? step(index) : step
    })
  }

  /**
   * Rows of a relation for each row: `has('posts', 3)`, `has(Factory.for('Post').count(3).state('draft'))`. Of a many-to-many
   * relation they are attached.
   *
   * @throws FactoryError `FACTORY.UNKNOWN_RELATION` when rows are made
   */
  has(relation: RelationOf<T>, count?: number, values?: Readonly<Record<string, unknown>>): Factory<T, S>
  has(factory: Factory<any, any>, relation?: RelationOf<T>): Factory<T, S>
  has(first: string | Factory, second?: number | string, values: object = {}): Factory<T, S> {
    const child =
      typeof first === 'string'
        ? { relation: first, count: Number(second ?? 1), values }
        : { relation: second as string | undefined, factory: first }
    return this.#with({ children: [...this.#plan.children, child] })
  }

  /**
   * The row that all rows belong to: a record, or a factory that makes one for all of them. `relation` where more than one
   * leads to its model.
   */
  for(parent: object, relation?: RelationOf<T>): Factory<T, S> {
    if (typeof parent !== 'object' || parent === null)
      throw new FactoryError('FACTORY.INVALID', `for takes a record or a factory, not ${String(parent)}.`)
    return this.#with({ parents: [...this.#plan.parents, { parent, relation }] })
  }

  /** Rows that may be belonged to wherever one of their model is needed, at any depth, instead of new ones. */
  recycle(...records: readonly (object | readonly object[])[]): Factory<T, S> {
    return this.#with({ recycled: [...this.#plan.recycled, ...records.flat()] })
  }

  /** Told of each record that was made, before it is saved. */
  afterMaking(told: (record: Row<T>) => void): Factory<T, S> {
    return this.#with({ afterMaking: [...this.#plan.afterMaking, told as (record: object) => void] })
  }

  /** Told of each record that was written, with the rows of `has`; awaited. */
  afterCreating(told: (record: Row<T>) => unknown): Factory<T, S> {
    return this.#with({ afterCreating: [...this.#plan.afterCreating, told as (record: object) => unknown] })
  }

  /** Makes the rows reproducible: the same number gives the same rows. */
  seed(seed: number): Factory<T, S> {
    checkSeed(seed)
    return this.#with({ seed })
  }

  /** Values of one row as `create` takes them, nothing made of them. Keys of parents that are not there yet are left out. */
  raw(values?: FactoryValues<T>): 0 extends 1 & T ? any : FactoryDraft<T> {
    return rawRow(this.#given(values), this.#random()) as never
  }

  /**
   * Records that are not saved. Rows they belong to are made up, and not saved either.
   *
   * @throws FactoryError `FACTORY.NOT_SAVED` after `has`; `FACTORY.CANNOT_DERIVE`
   */
  make(values?: FactoryValues<T>): Row<T>[] {
    const factory = this.#given(values)
    if (factory.#plan.children.length > 0)
      throw new FactoryError(
        'FACTORY.NOT_SAVED',
        'Rows of has(…) belong to rows that are stored, and make() stores none.',
      )
    return makeRows(factory, 0, factory.#count, { random: this.#random() }).map(({ record }) => record as Row<T>)
  }

  /** One record that is not saved. */
  makeOne(values?: FactoryValues<T>): Row<T> {
    return this.count(1).make(values)[0] as Row<T>
  }

  /**
   * Writes the rows, none over a row that is there, parents first, and gives their records. Rows whose keys are made up go in
   * batches; those with keys from a seed or of their own, with unique values or counters one by one.
   *
   * @throws FactoryError `FACTORY.INCOMPLETE` after rows were written; ValidationError, DuplicateKeyError and whatever
   * `Model.create` throws before
   */
  async create(values?: FactoryValues<T>): Promise<Row<T>[]> {
    const rows: Row<T>[] = []
    for await (const row of this.#given(values)) rows.push(row)
    return rows
  }

  /** Writes one row. */
  async createOne(values?: FactoryValues<T>): Promise<Row<T>> {
    return (await this.count(1).create(values))[0] as Row<T>
  }

  /** Writes row after row at constant memory: `for await (const user of Factory.for(User).count(1_000_000))`. */
  async *[Symbol.asyncIterator](): AsyncIterator<Row<T>> {
    const creating: Creating = { random: this.#random(), parents: new Map(), written: new Map() }
    for (let from = 0; from < this.#count; from += CHUNK)
      yield* (await createRows(this, from, Math.min(CHUNK, this.#count - from), creating)) as Row<T>[]
  }

  get #count(): number {
    return this.#plan.count ?? 1
  }

  #random(): Random {
    return this.#plan.seed === undefined ? currentRandom() : new Random(this.#plan.seed)
  }

  #given(values: FactoryValues<T> | undefined): Factory<T, S> {
    return values === undefined ? this : this.override(values)
  }

  #named(state: string): Layer {
    const states = definitionOf(nameOf(this.#model)).states ?? {}
    if (Object.hasOwn(states, state)) return (states as Record<string, Layer>)[state] as Layer
    const meant = suggest(state, Object.keys(states))
    throw new FactoryError('FACTORY.UNKNOWN_STATE', `The factory of ${nameOf(this.#model)} has no state "${state}".`, {
      ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
      details: { model: nameOf(this.#model), state },
    })
  }

  #layer(layer: unknown): Factory<T, S> {
    if (typeof layer !== 'function') checked('state', layer)
    return this.#with({ layers: [...this.#plan.layers, layer as Layer] })
  }

  #with(change: Partial<FactoryPlan>): Factory<T, S> {
    return new Factory<T, S>(this.#model, Object.freeze({ ...this.#plan, ...change }))
  }
}

/** Of a model that is known by its name only, any. */
type RelationOf<T extends ModelClass> = 0 extends 1 & T ? string : RelationName<T>
type StateName<D> = D extends { states: infer States } ? Extract<keyof States, string> : never

function checked(method: string, values: unknown): object {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return values
  throw new FactoryError('FACTORY.INVALID', `${method} takes an object of attributes, not ${String(values)}.`)
}
