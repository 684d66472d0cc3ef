import {
  addEagerLoads,
  stateOf as builderState,
  type RelationConstraint,
  type RelationConstraints,
  release,
  unknownRelation,
} from '../query/index.js'
import type { LoadedFrom, ModelType, PathIn, RelationIn, RelationQuery } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { AtomicRecord } from './atomic-record.js'
import { bindModel } from './bound-class.js'
import { ModelError } from './errors.js'
import { bindingOf, type ModelBinding, type ModelClass, setRelationAnswers } from './model-space.js'
import type { Attributes } from './record.js'
import { checkHeld } from './relations/held-value.js'
import { loadRelations } from './relations/index.js'
import { ancestorsOf, descendantsOf, type LineOptions, treeOf } from './relations/lineage.js'
import { putAlong } from './relations/pivots.js'
import { relationOf } from './relations/related.js'
import { answerRelations } from './relations/relation-handle.js'
import { stateFor } from './state-for.js'

setRelationAnswers((model, schema) => {
  release(model.prototype, schema.attribute.keys())
  answerRelations(model, schema)
})

/** A record with these `relationships`. Found through `this`, as its attributes are. */
interface Relates<D> {
  relationships?: D
}
type Named<D> = Extract<keyof D, string>
type Name<D> = unknown extends D ? string : Named<D>
type QueryIn<D, N> = N extends keyof D ? RelationQuery<D[N]> : any
type Path<D> = unknown extends D ? string : Named<D> | `${Named<D>}.${string}`

/** What a record knows of its relations. */
export abstract class RelatingRecord extends AtomicRecord {
  /**
   * The rows that one of this record's relations leads to, as a query, with ways to write them: what `user.posts()` is as
   * long as the posts were not read, and in any case: `user.related('posts').create({ … })`.
   *
   * @throws QueryError for a relation the model does not have
   */
  related<D, const N extends Name<D>>(this: this & Relates<D>, name: N): QueryIn<D, N> {
    return relationOf(stateFor(this).binding, this as unknown as Attributes, name) as unknown as QueryIn<D, N>
  }

  /**
   * Reads relations of this record, whether they were read before or not. Takes what `with` takes:
   * `load('posts.comments', 'profile')`, `load('posts', q => q.latest())`, `load({ posts: q => q.latest() })`.
   */
  load<D, const N extends Path<D>>(
    this: this & Relates<D>,
    relation: PathIn<D, N>,
    constrain: RelationConstraint<RelationIn<D, N>>,
  ): Promise<this & LoadedFrom<D, N>>
  load<D, const N extends Path<D>>(
    this: this & Relates<D>,
    constraints: RelationConstraints<D, N>,
  ): Promise<this & LoadedFrom<D, N>>
  load<D, const N extends Path<D>>(
    this: this & Relates<D>,
    ...relations: readonly PathIn<D, N>[] | readonly [readonly PathIn<D, N>[]]
  ): Promise<this & LoadedFrom<D, N>>
  async load(...given: readonly unknown[]): Promise<unknown> {
    await loadInto(stateFor(this).binding, [this], given, false)
    return this
  }

  /** `load` of those relations that were not read yet. */
  loadMissing<D, const N extends Path<D>>(
    this: this & Relates<D>,
    relation: PathIn<D, N>,
    constrain: RelationConstraint<RelationIn<D, N>>,
  ): Promise<this & LoadedFrom<D, N>>
  loadMissing<D, const N extends Path<D>>(
    this: this & Relates<D>,
    constraints: RelationConstraints<D, N>,
  ): Promise<this & LoadedFrom<D, N>>
  loadMissing<D, const N extends Path<D>>(
    this: this & Relates<D>,
    ...relations: readonly PathIn<D, N>[] | readonly [readonly PathIn<D, N>[]]
  ): Promise<this & LoadedFrom<D, N>>
  async loadMissing(...given: readonly unknown[]): Promise<unknown> {
    await loadInto(stateFor(this).binding, [this], given, true)
    return this
  }

  /** True for a relation that was read. */
  relationLoaded(name: string): boolean {
    return stateFor(this).relations.includes(name) && Object.hasOwn(this, name)
  }

  /**
   * Puts a value that is known anyway where reading a relation would put it: a record (or null), or a list of records. The
   * row itself is not changed: for that there is `associate`, `attach` and the like.
   *
   * @throws QueryError for a relation the model does not have; ModelError `MODEL.INVALID_INPUT` for what it cannot hold
   */
  setRelation(name: string, value: object | readonly object[] | null): this {
    const { binding } = stateFor(this)
    const relation = binding.schema.relations.get(name)
    if (relation === undefined) throw unknownRelation(binding.schema, name)
    checkHeld(binding.schema, relation, value)
    putAlong(this as unknown as Attributes, name, value)
    return this
  }

  /** Forgets what was read of a relation: it is a query again. */
  unsetRelation(name: string): this {
    const state = stateFor(this)
    if (!state.binding.schema.relations.has(name)) throw unknownRelation(state.binding.schema, name)
    delete (this as unknown as Attributes)[name]
    state.lazy?.delete(name)
    state.relations = state.relations.filter((each) => each !== name)
    return this
  }

  /** Puts the number of related rows on this record, as `withCount` does: `await user.loadCount('posts')`. */
  loadCount<D, const N extends Named<D>>(
    this: this & Relates<D>,
    ...given: readonly N[] | readonly [readonly N[]] | readonly [relation: N, constrain: (query: any) => unknown]
  ): Promise<this & { readonly [K in N as `${K}Count`]: number }>
  async loadCount(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withCount', given)
  }

  /** Puts on this record whether there are related rows, as `withExists` does. */
  loadExists<D, const N extends Named<D>>(
    this: this & Relates<D>,
    relation: N,
    constrain?: (query: any) => unknown,
  ): Promise<this & { readonly [K in N as `${K}Exists`]: boolean }>
  async loadExists(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withExists', given)
  }

  /** Puts the sum of an attribute of related rows on this record, as `withSum` does. */
  loadSum<D, const N extends Named<D>, const A extends string>(
    this: this & Relates<D>,
    relation: N,
    attribute: A,
    constrain?: (query: any) => unknown,
  ): Promise<this & { readonly [K in N as `${K}Sum${Capitalize<A>}`]: number }>
  async loadSum(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withSum', given)
  }

  loadAvg<D, const N extends Named<D>, const A extends string>(
    this: this & Relates<D>,
    relation: N,
    attribute: A,
    constrain?: (query: any) => unknown,
  ): Promise<this & { readonly [K in N as `${K}Avg${Capitalize<A>}`]: number | null }>
  async loadAvg(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withAvg', given)
  }

  loadMin<D, const N extends Named<D>, const A extends string>(
    this: this & Relates<D>,
    relation: N,
    attribute: A,
    constrain?: (query: any) => unknown,
  ): Promise<this & { readonly [K in N as `${K}Min${Capitalize<A>}`]: any }>
  async loadMin(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withMin', given)
  }

  loadMax<D, const N extends Named<D>, const A extends string>(
    this: this & Relates<D>,
    relation: N,
    attribute: A,
    constrain?: (query: any) => unknown,
  ): Promise<this & { readonly [K in N as `${K}Max${Capitalize<A>}`]: any }>
  async loadMax(...given: readonly unknown[]): Promise<unknown> {
    return reckoned(this, 'withMax', given)
  }

  /** Reads relations of many records at once, never one read for each: `await User.load(users, 'posts.comments')`. */
  static load<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    relation: PathIn<RelationsOf<T>, N>,
    constrain: RelationConstraint<RelationIn<RelationsOf<T>, N>>,
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static load<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    constraints: RelationConstraints<RelationsOf<T>, N>,
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static load<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    ...relations: readonly PathIn<RelationsOf<T>, N>[] | readonly [readonly PathIn<RelationsOf<T>, N>[]]
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static async load(this: ModelClass, records: readonly object[], ...given: readonly unknown[]): Promise<unknown> {
    await loadInto(bindingOf(this), records, given, false)
    return records
  }

  /** `load` of those relations that a record lacks. */
  static loadMissing<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    relation: PathIn<RelationsOf<T>, N>,
    constrain: RelationConstraint<RelationIn<RelationsOf<T>, N>>,
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static loadMissing<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    constraints: RelationConstraints<RelationsOf<T>, N>,
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static loadMissing<T extends ModelClass, const N extends Path<RelationsOf<T>>, R extends InstanceType<T>>(
    this: T,
    records: readonly R[],
    ...relations: readonly PathIn<RelationsOf<T>, N>[] | readonly [readonly PathIn<RelationsOf<T>, N>[]]
  ): Promise<(R & LoadedFrom<RelationsOf<T>, N>)[]>
  static async loadMissing(
    this: ModelClass,
    records: readonly object[],
    ...given: readonly unknown[]
  ): Promise<unknown> {
    await loadInto(bindingOf(this), records, given, true)
    return records
  }

  /**
   * The rows above this one, the nearest first: of a model with a `belongsTo` to itself. One read for each level.
   * @throws ModelError `MODEL.INVALID_INPUT` for a model without such a relation
   */
  ancestors(options?: LineOptions): Promise<this[]> {
    return ancestorsOf(this, options) as Promise<this[]>
  }

  /** The rows below this one, level by level: a bounded number of Queries at a time. */
  descendants(options?: LineOptions): Promise<this[]> {
    return descendantsOf(this, options) as Promise<this[]>
  }

  /** This record with all rows below it, each level read into the relation of children: `category.children[0].children`. */
  async loadTree(options?: LineOptions): Promise<this> {
    await treeOf(this, options)
    return this
  }
}

/** Puts on a record what a query would put on its rows. */
async function reckoned(record: object, method: `with${string}`, given: readonly unknown[]): Promise<object> {
  const { binding } = stateFor(record)
  const query = bindModel(binding.model, binding.connection).query() as unknown as Record<
    string,
    (...given: readonly unknown[]) => never
  >
  const { aggregates = [] } = builderState(query[method]?.(...given) as never)
  for (const aggregate of aggregates) await binding.aggregateRelated([record], aggregate)
  return record
}

type RelationsOf<T extends ModelType> = InstanceType<T> extends { relationships: infer D } ? D : {}

/** Reads what `with` would read along. */
async function loadInto(
  binding: ModelBinding,
  records: readonly object[],
  given: readonly unknown[],
  missing: boolean,
): Promise<void> {
  if (!Array.isArray(records))
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${binding.schema.name}.load takes a list of records, not ${kindOf(records)}.`,
      {
        hint: `Write ${binding.schema.name}.load(rows, 'posts'); one record has a load of its own.`,
      },
    )
  const stray = (records as readonly object[]).find((record) => !(record instanceof binding.model))
  if (stray !== undefined)
    throw new ModelError('MODEL.INVALID_INPUT', `${binding.schema.name}.load takes records of ${binding.schema.name}.`)
  for (const load of addEagerLoads([], binding.schema, given)) {
    const lacking = missing ? records.filter((record) => !Object.hasOwn(record, load.relation)) : records
    await loadRelations(binding, lacking, [load])
    if (!missing || load.nested.length === 0) continue
    await loadNested(
      records.filter((record) => !lacking.includes(record)),
      load,
    )
  }
}

/** What is to be read along with a relation that is there already. */
async function loadNested(
  records: readonly object[],
  { relation, nested }: { readonly relation: string; readonly nested: ReturnType<typeof addEagerLoads> },
): Promise<void> {
  const rows = records.flatMap((record) => (record as Record<string, object | object[] | null>)[relation] ?? [])
  for (const binding of new Set(rows.map((row) => stateFor(row).binding))) {
    const mine = rows.filter((row) => stateFor(row).binding === binding)
    for (const load of nested) {
      const lacking = mine.filter((row) => !Object.hasOwn(row, load.relation))
      await loadRelations(binding, lacking, [load])
      await loadNested(
        mine.filter((row) => !lacking.includes(row)),
        load,
      )
    }
  }
}
