import { QueryBuilder } from '../../query/index.js'
import type { CreateInput, RecordOf, Row } from '../../schema/index.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { checkRelated, keyOf, originOf } from './relation-origin.js'

/**
 * The rows that belong to one record: a query of them, and a way to add some. `hasMany`, `hasOne`, `morphMany`, `morphOne`.
 *
 * @example
 * await user.posts().where('published', true).get()
 * await user.posts().create({ title: 'Note A' })
 */
export class ChildrenRelation<M extends ModelClass, R = RecordOf<M>> extends QueryBuilder<M, R> {
  /** A row of this record that is not saved yet. */
  make(values: Partial<CreateInput<M>> = {}): Row<M> {
    const child = originOf(this).related.model.make<ModelClass>(values)
    return this.#adopt(child as unknown as Attributes) as unknown as Row<M>
  }

  /** A new row of this record. @throws as `create` of the model */
  async create(values: Partial<CreateInput<M>> = {}): Promise<Row<M>> {
    const child = this.make(values)
    await (child as unknown as { save(): Promise<unknown> }).save()
    return child
  }

  /** New rows, one after the other, so that the first that is refused ends it. */
  async createMany(rows: readonly Partial<CreateInput<M>>[]): Promise<Row<M>[]> {
    const children: Row<M>[] = []
    for (const values of rows) children.push(await this.create(values))
    return children
  }

  /** Makes a record one of this record's, and saves it. */
  async save<C extends InstanceType<M>>(child: C): Promise<C> {
    checkRelated(originOf(this), child)
    this.#adopt(child)
    await child.save()
    return child
  }

  async saveMany<C extends InstanceType<M>>(children: readonly C[]): Promise<readonly C[]> {
    for (const child of children) await this.save(child)
    return children
  }

  #adopt(child: Attributes): Attributes {
    const { record, owner, relation } = originOf(this)
    child[relation.foreignKey] = keyOf(record, owner, relation)
    if (relation.morph !== undefined) child[`${relation.morph}Type`] = owner.schema.name
    return child
  }
}
