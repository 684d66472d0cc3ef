import { QueryBuilder } from '../../query/index.js'
import type { CreateInput, RecordOf, Row } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import { eachRow } from '../each-row.js'
import { ModelError } from '../errors.js'
import { createOrFirst, type Finding, firstMatch, firstOrCreate, updateOrCreate } from '../finders.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { checkRelated, keyOf, originOf } from './relation-origin.js'

type Values<M extends ModelClass> = Partial<CreateInput<M>>
/** What the relation gives a new row: the names of its foreign key, and of its type. */
export type SuppliedBy<D> = D extends { foreignKey: infer F extends string }
  ? F
  : D extends { name: infer N extends string }
    ? `${N}Id` | `${N}Type`
    : `${string}Id` | `${string}Type`
/** What `create` of a relation takes: what `create` of the model does, without what the relation gives. */
export type ChildInput<M extends ModelClass, F> = {
  [K in keyof CreateInput<M> as Exclude<K, F>]: CreateInput<M>[K]
} & { [K in keyof CreateInput<M> as Extract<K, F>]?: CreateInput<M>[K] }
type Given<V> = {} extends V ? [values?: V] : [values: V]

/**
 * The rows that belong to one record: a query of them, and a way to add some. `hasMany`, `hasOne`, `morphMany`, `morphOne`.
 *
 * @example
 * await user.posts().where('published', true).get()
 * await user.posts().create({ title: 'Note A' })
 */
export class ChildrenRelation<M extends ModelClass, F = string, R = RecordOf<M>> extends QueryBuilder<M, R> {
  /** A row of this record that is not saved yet. */
  make(values: Partial<CreateInput<M>> = {}): Row<M> {
    const child = originOf(this).related.model.make<ModelClass>(values)
    return this.#adopt(child as unknown as Attributes) as unknown as Row<M>
  }

  /** A new row of this record. @throws as `create` of the model */
  async create(...given: Given<ChildInput<M, F>>): Promise<Row<M>> {
    const child = this.make(given[0] as Partial<CreateInput<M>>)
    await (child as unknown as { save(): Promise<unknown> }).save()
    return child
  }

  /** The first of the rows with these values, or a row of this record with them that is not saved. */
  async firstOrNew(match: Values<M>, values: Values<M> = {}): Promise<Row<M>> {
    return ((await firstMatch(this.#finding(), match)) ?? this.make({ ...match, ...values })) as Row<M>
  }

  /** The first of the rows with these values, or a new one of this record with them and with `values`. @throws as `create` */
  async firstOrCreate(match: Values<M>, values: Values<M> = {}): Promise<Row<M>> {
    return firstOrCreate(this.#finding(), match, values) as Promise<Row<M>>
  }

  /** The same without a look before: for rows that are mostly new. */
  async createOrFirst(match: Values<M>, values: Values<M> = {}): Promise<Row<M>> {
    return createOrFirst(this.#finding(), match, values) as Promise<Row<M>>
  }

  /** The first of the rows with these values gets `values`; where there is none it is created with both. */
  async updateOrCreate(match: Values<M>, values: Values<M>): Promise<Row<M>> {
    return updateOrCreate(this.#finding(), match, values) as Promise<Row<M>>
  }

  #finding(): Finding {
    const { owner, relation, related, record } = originOf(this)
    type Where = (match: Attributes) => QueryBuilder<M>
    return {
      binding: related,
      owned: {
        [relation.foreignKey]: keyOf(record, owner, relation),
        ...(relation.morph === undefined ? {} : { [`${relation.morph}Type`]: owner.schema.name }),
      },
      first: (match) => (this.where as unknown as Where)(match).first(),
      create: (values) => this.create(...([values] as unknown as Given<ChildInput<M, F>>)),
    }
  }

  /**
   * New rows, one after the other, so that the first that is refused ends it.
   *
   * @throws BatchError with what was not written in `remaining`, where others were
   */
  async createMany(rows: readonly ChildInput<M, F>[]): Promise<Row<M>[]> {
    const children: Row<M>[] = []
    await this.#oneByOne('createMany', rows, async (values) =>
      children.push(await this.create(...([values] as unknown as Given<ChildInput<M, F>>))),
    )
    return children
  }

  /** Makes a record one of this record's, and saves it. */
  async save<C extends InstanceType<M>>(child: C): Promise<C> {
    checkRelated(originOf(this), child)
    this.#adopt(child)
    await child.save()
    return child
  }

  /** Makes records this record's, and saves one after the other. @throws as `createMany` */
  async saveMany<C extends InstanceType<M>>(children: readonly C[]): Promise<readonly C[]> {
    await this.#oneByOne('saveMany', children, (child) => this.save(child))
    return children
  }

  async #oneByOne<V>(method: string, list: readonly V[], write: (value: V) => Promise<unknown>): Promise<void> {
    const { owner, relation, related } = originOf(this)
    if (!Array.isArray(list))
      throw new ModelError(
        'MODEL.INVALID_INPUT',
        `${owner.schema.name}.${relation.name}.${method} takes a list, not ${kindOf(list)}.`,
      )
    const done = async (value: V): Promise<boolean> => {
      await write(value)
      return true
    }
    await eachRow(related, list as readonly V[], done, { concurrency: 1 })
  }

  #adopt(child: Attributes): Attributes {
    const { record, owner, relation } = originOf(this)
    child[relation.foreignKey] = keyOf(record, owner, relation)
    if (relation.morph !== undefined) child[`${relation.morph}Type`] = owner.schema.name
    return child
  }
}
