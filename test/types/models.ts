import { DynamoDBModel, defineModel, type RecordOf } from 'dynamodb-tooling'

/** The sample with `as const` on its two literals, and relations that name classes. */
export class Author extends DynamoDBModel {
  static table = 'authors'
  static primaryKey = 'id'
  static timestamps = true
  static softDeletes = true

  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true },
    /** Shown beside what they write. */
    name: { type: 'string', required: true },
    age: { type: 'number' },
  } as const

  relationships = {
    articles: { type: 'hasMany', model: () => Article, foreignKey: 'authorId' },
    card: { type: 'hasOne', model: () => Card, foreignKey: 'authorId' },
    rivals: { type: 'hasMany', model: 'Author', foreignKey: 'rivalId' },
  } as const

  greeting(this: RecordOf<typeof Author>): string {
    return `${this.name} <${this.email.toLowerCase()}>`
  }

  async rename(name: string): Promise<this> {
    if (this.isDirty('name')) await this.save()
    return this.update({ name })
  }
}

export class Article extends DynamoDBModel {
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
    authorId: { type: 'string', required: true },
    title: { type: 'string', required: true },
    status: { type: 'string', enum: ['draft', 'published'], default: 'draft' },
    views: { type: 'number', default: 0 },
    body: { type: 'string' },
  } as const

  relationships = {
    author: { type: 'belongsTo', model: () => Author, foreignKey: 'authorId' },
  } as const
}

export class Card extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    authorId: { type: 'string', required: true },
    phone: { type: 'string' },
  } as const
}

/** Every type of attribute, each optional. */
export class Everything extends DynamoDBModel {
  attributes = {
    id: { type: 'string' },
    text: { type: 'string' },
    number: { type: 'number' },
    flag: { type: 'boolean' },
    at: { type: 'date' },
    list: { type: 'list' },
    map: { type: 'map' },
    words: { type: 'set' },
    numbers: { type: 'set', set: 'number' },
    bytes: { type: 'binary' },
    big: { type: 'bigint' },
    exact: { type: 'decimal' },
    json: { type: 'json' },
    any: { type: 'any' },
    level: { type: 'number', enum: [1, 2, 3] },
    cents: {
      type: 'number',
      required: true,
      cast: {
        get: (stored: number) => ({ euros: stored / 100 }),
        set: (euros: number | string) => Number(euros) * 100,
      },
    },
    stock: { type: 'number', cast: 'int' },
    since: { type: 'date', required: true, default: () => new Date() },
    nickname: { type: 'string', default: null },
  } as const
}

/** A primary key of another name that TypeScript can read, and no timestamps although a static speaks of them. */
export class Country extends DynamoDBModel {
  static readonly primaryKey = 'code'
  static readonly timestamps = false

  attributes = {
    code: { type: 'string', required: true },
    id: { type: 'number', required: true },
  } as const
}

/** A key that is a number is never made; this one has no `id`. */
export class Seat extends DynamoDBModel {
  static readonly primaryKey = 'number'
  attributes = { number: { type: 'number', required: true }, row: { type: 'string' } } as const
}

/** A primary key that the model does not list. */
export class Note extends DynamoDBModel {
  attributes = { text: { type: 'string', required: true } } as const
}

/** One object instead of a class: exact without `as const`. */
export const Tag = defineModel({
  name: 'Tag',
  timestamps: true,
  attributes: {
    id: { type: 'string', required: true },
    color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
    label: { type: 'string', required: true },
  },
  relationships: { article: { type: 'belongsTo', model: () => Article } },
})
