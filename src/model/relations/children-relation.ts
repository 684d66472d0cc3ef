import { QueryBuilder } from '../../query/index.js'
import type { CreateInput, RecordOf, Row } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import { eachRow } from '../each-row.js'
import { ModelError } from '../errors.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { checkRelated, keyOf, originOf } from './relation-origin.js'

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
