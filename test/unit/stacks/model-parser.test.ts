import { schema } from '@stacksjs/ts-validation'
import { connect, ModelParser, ModelParserError } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { entitySchemaOf } from '../../../src/schema/index.js'
import type { StacksDefinition } from '../../../src/stacks/index.js'

const nowhere = connect({
  region: 'us-east-1',
  defaultTableName: 'nowhere',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
})
const schemaOf = (definition: StacksDefinition) => entitySchemaOf(ModelParser.parse({ name: 'Thing', ...definition }))
const typeOf = (attribute: object): unknown => {
  const { type, options } = schemaOf({ attributes: { it: attribute } }).attribute.get('it') as never as {
    type: string
    options: { enum?: unknown }
  }
  return options.enum === undefined ? type : [type, options.enum]
}
const notesOf = (definition: StacksDefinition) =>
  ModelParser.describe(ModelParser.parse({ name: 'Thing', ...definition }))?.notes
const fault = (definition: unknown): ModelParserError => {
  try {
    ModelParser.parse(definition as StacksDefinition)
  } catch (error) {
    if (error instanceof ModelParserError) return error
    throw error
  }
  throw new RangeError('It was read.')
}

describe('the type of an attribute comes from its rule', () => {
  test.each<[object, unknown]>([
    [{ validation: { rule: schema.string().min(3) } }, 'string'],
    [{ validation: { rule: schema.text() } }, 'string'],
    [{ validation: { rule: schema.password() } }, 'string'],
    [{ validation: { rule: schema.number() } }, 'number'],
    [{ validation: { rule: schema.integer() } }, 'number'],
    [{ validation: { rule: schema.float() } }, 'number'],
    [{ validation: { rule: schema.decimal() } }, 'number'],
    [{ validation: { rule: schema.smallint() } }, 'number'],
    [{ validation: { rule: schema.bigint() } }, 'bigint'],
    [{ validation: { rule: schema.boolean() } }, 'boolean'],
    [{ validation: { rule: schema.date() } }, 'date'],
    [{ validation: { rule: schema.datetime() } }, 'date'],
    [{ validation: { rule: schema.timestamp() } }, 'date'],
    [{ validation: { rule: schema.array() } }, 'list'],
    [{ validation: { rule: schema.object({}) } }, 'map'],
    [{ validation: { rule: schema.enum(['a', 'b']) } }, ['string', ['a', 'b']]],
    [{ validation: { rule: schema.enum([1, 2] as never) } }, ['number', [1, 2]]],
    [{ validator: { rule: schema.number() } }, 'number'],
    [{ validation: schema.number() }, 'number'],
    [{ validation: 'required|integer|min:3' }, 'number'],
    [{ validation: ['required', 'email'] }, 'string'],
    [{ validation: { rule: 'in:a,b' } }, ['string', ['a', 'b']]],
    [{ validation: { rule: z.number().optional() } }, 'number'],
    [{ validation: { rule: z.enum(['a', 'b']).default('a') } }, ['string', ['a', 'b']]],
    [{ validation: { rule: z.array(z.string()) } }, 'list'],
    [{ type: ['active', 'gone'] }, ['string', ['active', 'gone']]],
    [{ type: 'number', validation: { rule: schema.string() } }, 'number'],
    [{ cast: 'boolean' }, 'boolean'],
    [{ cast: 'json', validation: { rule: schema.string() } }, 'any'],
    [{ cast: 'array', validation: { rule: schema.string() } }, 'list'],
    [{ default: 0 }, 'number'],
    [{ default: new Date(0) }, 'date'],
    [{}, 'any'],
  ])('P3: %o', (attribute, type) => {
    expect(typeOf(attribute)).toEqual(type)
  })
})

test('P4: traits, by either name, in either form', () => {
  expect(schemaOf({ attributes: {} })).toMatchObject({ timestamps: true, softDeletes: false, idType: 'ulid' })
  expect(schemaOf({ attributes: {}, traits: { timestampable: false } }).timestamps).toBe(false)
  expect(schemaOf({ attributes: {}, traits: { softDeletable: true } }).softDeletes).toBe(true)
  expect(schemaOf({ attributes: {}, traits: { useSoftDeletes: { deletedAt: 'removed_at' } } }).softDeletes).toBe(true)
  expect(schemaOf({ attributes: {}, traits: { useUuid: true } }).idType).toBe('uuid')
  expect(schemaOf({ attributes: {}, traits: { useVersioning: true, useTtl: true } })).toMatchObject({
    version: 'version',
    ttl: 'ttl',
  })
  const traits = {
    useTimestamps: { createdAt: 'made_at' },
    useSearch: { searchable: ['name'] },
    observe: true,
    useAuth: false,
    seedable: { count: 3, fixtures: [{ name: 'Ada' }] },
    useSerch: true,
  }
  const Model = ModelParser.parse({ name: 'Thing', attributes: {}, traits })
  expect(ModelParser.describe(Model)).toMatchObject({
    traits,
    seeder: { count: 3, fixtures: [{ name: 'Ada' }] },
    notes: [
      'The trait useSearch is kept and does nothing here.',
      'The trait observe is kept and does nothing here.',
      'The trait useSerch is not known; it is kept and does nothing here. Is "useSearch" meant?',
    ],
  })
  expect(entitySchemaOf(Model)).toMatchObject({ createdAt: 'made_at', updatedAt: 'updatedAt' })
  expect(schemaOf({ attributes: {}, traits: { softDeletable: { deletedAt: 'gone_at' } } }).deletedAt).toBe('gone_at')
  const indexed = schemaOf({
    attributes: {},
    traits,
    indexes: [{ name: 'by_age', columns: ['created_at', 'updated_at'] }],
  })
  expect(indexed.indexes['byAge']).toEqual({ partition: ['made_at'], sort: ['updatedAt'] })
})

describe('relations in every form', () => {
  const relationsOf = (definition: StacksDefinition) =>
    Object.fromEntries(
      [...schemaOf(definition).relations].map(([name, { type, model, foreignKey }]) => [
        name,
        [type, model, foreignKey],
      ]),
    )
  test.each<[StacksDefinition, object]>([
    [{ belongsTo: ['User'] }, { user: ['belongsTo', 'User', 'userId'] }],
    [{ belongsTo: 'User' }, { user: ['belongsTo', 'User', 'userId'] }],
    [
      { belongsTo: [{ model: 'User', foreignKey: 'author_id', relationName: 'author' }] },
      { author: ['belongsTo', 'User', 'authorId'] },
    ],
    [{ belongsTo: { author: 'User' } }, { author: ['belongsTo', 'User', 'userId'] }],
    [{ belongsTo: { author: 'User' }, attributes: { authorId: {} } }, { author: ['belongsTo', 'User', 'authorId'] }],
    [
      { belongsTo: { author: 'User', editor: { model: 'User' } } },
      { author: ['belongsTo', 'User', 'authorId'], editor: ['belongsTo', 'User', 'editorId'] },
    ],
    [{ belongsTo: ['User'], attributes: { user_id: {} } }, { user: ['belongsTo', 'User', 'user_id'] }],
    [
      { hasMany: ['Category', 'OrderItem'] },
      { categories: ['hasMany', 'Category', 'thingId'], orderItems: ['hasMany', 'OrderItem', 'thingId'] },
    ],
    [{ hasOne: { model: 'Profile' } }, { profile: ['hasOne', 'Profile', 'thingId'] }],
    [{ hasMany: { posts: 'Post' } }, { posts: ['hasMany', 'Post', 'thingId'] }],
    [{ belongsToMany: ['Tag'] }, { tags: ['belongsToMany', 'Tag', 'thingId'] }],
    [
      {
        belongsToMany: [
          { model: 'Team', pivotTable: 'team_things', firstForeignKey: 'thing_id', secondForeignKey: 'team_id' },
        ],
      },
      { teams: ['belongsToMany', 'Team', 'thingId'] },
    ],
    [{ hasOneThrough: [{ model: 'Owner', through: 'Car' }] }, { owner: ['hasOneThrough', 'Owner', 'thingId'] }],
    [
      { hasManyThrough: { comments: { target: 'Comment', through: 'Post' } } },
      { comments: ['hasManyThrough', 'Comment', 'thingId'] },
    ],
    [{ morphOne: { model: 'Image', morphName: 'imageable' } }, { image: ['morphOne', 'Image', 'imageableId'] }],
    [{ morphOne: 'Image' }, { image: ['morphOne', 'Image', 'imageableId'] }],
    [
      { morphMany: [{ model: 'Comment', type: 'commentable_type', id: 'commentable_id' }] },
      { comments: ['morphMany', 'Comment', 'commentableId'] },
    ],
    [{ morphTo: { name: 'commentable' } }, { commentable: ['morphTo', undefined, 'commentableId'] }],
    [{ morphToMany: ['Tag'] }, { tags: ['morphToMany', 'Tag', 'taggableId'] }],
    [
      { morphedByMany: { posts: { model: 'Post', name: 'taggable' } } },
      { posts: ['morphedByMany', 'Post', 'taggableId'] },
    ],
  ])('P2: %o', (definition, relations) => {
    expect(relationsOf({ attributes: {}, ...definition })).toEqual(relations)
  })

  test("P2: keys that relations need are attributes; pivot columns are the pivot's", () => {
    const post = schemaOf({
      attributes: { title: { fillable: true } },
      belongsTo: ['User'],
      morphTo: { name: 'ownable' },
    })
    expect([...post.attribute.keys()]).toEqual([
      'title',
      'userId',
      'ownableType',
      'ownableId',
      'id',
      'createdAt',
      'updatedAt',
    ])
    expect(post.attribute.get('userId')).toMatchObject({ type: 'string', fillable: true })
    const tagged = schemaOf({
      attributes: {},
      belongsToMany: {
        tags: {
          model: 'Tag',
          pivot: { columns: { sort_order: { validation: { rule: schema.number() } } }, timestamps: true },
        },
      },
    })
    expect(tagged.relations.get('tags')?.pivot).toMatchObject({
      sortOrder: { type: 'number' },
      createdAt: { type: 'date' },
    })
  })
})

test('P5: indexes by column or attribute; several columns; unique', () => {
  const read = schemaOf({
    attributes: {
      email: {},
      firstName: { validation: 'alpha' },
      status: { validation: 'alpha' },
      code: { validation: 'alpha' },
    },
    indexes: [
      { name: 'things_name_index', columns: ['first_name'] },
      { columns: ['status', 'created_at'] },
      { name: 'code', columns: ['code'], unique: true },
    ],
  })
  expect(read.indexes).toMatchObject({
    thingsNameIndex: { partition: ['firstName'] },
    thingStatusCreatedAtIndex: { partition: ['status'], sort: ['createdAt'] },
  })
  expect(read.attribute.get('code')?.unique).toBe(true)
  expect(fault({ name: 'Thing', attributes: {}, indexes: [{ columns: ['nam'] }] }).message).toContain(
    '"nam", which is no attribute',
  )
})

test('P6: factories of attributes stay with them; options, messages and order do', () => {
  const factory = (faker: { name(): string }): string => faker.name()
  const message = { min: 'Too short.' }
  const rule = schema.string().required().min(3)
  const read = schemaOf({
    attributes: {
      second: { order: 2, hidden: true, validation: { rule, message }, factory },
      first: { order: 1, guarded: true, default: 'x', required: true },
    },
  })
  expect([...read.attribute.keys()].slice(0, 2)).toEqual(['first', 'second'])
  expect(read.attribute.get('second')).toMatchObject({
    required: true,
    hidden: true,
    options: { factory, validation: { message } },
  })
  expect(read.attribute.get('first')).toMatchObject({ required: true, fillable: false, options: { default: 'x' } })
})

test('getters, setters, scopes and hooks', async () => {
  const hook = (): void => undefined
  const User = ModelParser.parse({
    name: 'User',
    attributes: {
      first: { validation: { rule: schema.string() } },
      last: { validation: { rule: schema.string() } },
      slug: { validation: { rule: schema.string() } },
    },
    get: { full: ({ first, last }) => `${first} ${last}`, last: ({ last }) => last.toUpperCase() },
    set: { slug: ({ slug, first }) => `${first}-${slug}` },
    scopes: { named: (query, name: string) => query.where('first', name), where: (query) => query },
    hooks: { beforeCreate: hook, afterUpdate: hook, beforeFly: hook },
  })
  const ada = User.on(nowhere).make({ first: 'Ada', last: 'Lovelace', slug: 'x' })
  expect(ada.toJSON()).toMatchObject({ full: 'Ada Lovelace', slug: 'Ada-x' })
  expect(typeof (User as unknown as { named: unknown }).named).toBe('function')
  const read = entitySchemaOf(User)
  expect(read.definition.hooks).toEqual({ creating: hook, updated: hook })
  expect(ModelParser.describe(User)?.notes).toEqual([
    'The hook beforeFly is kept and does nothing here.',
    'The scope where is kept and does nothing here: models have a member of that name.',
  ])
})

test('what means nothing here is kept and said', () => {
  const dashboard = { highlight: true }
  const definition = {
    autoIncrement: true,
    attributes: { it: { validation: 'alpha', fillabel: true } },
    dashboard,
  } as StacksDefinition
  expect(notesOf(definition)).toEqual([
    'Thing.it says "fillabel", which is kept and does nothing here. Is "fillable" meant?',
    'autoIncrement is kept: keys are made as ULIDs or UUIDs, as a counter would be one hot item.',
    '"dashboard" is kept and does nothing here.',
  ])
  expect(ModelParser.describe(ModelParser.parse({ name: 'Thing', ...definition }))?.definition).toMatchObject({
    dashboard,
  })
})

test.each<[unknown, RegExp]>([
  [undefined, /no definition/],
  ['User', /no definition/],
  [[], /no definition/],
  [{ name: 'User' }, /no definition/],
  [{ attributes: {} }, /needs a name/],
  [{ name: 'Us er', attributes: {} }, /needs a name/],
  [{ name: 'User', attributes: [] }, /attributes that are no object/],
  [{ name: 'User', attributes: { it: 5 } }, /"it", which must be an object/],
  [{ name: 'User', attributes: {}, traits: [] }, /traits that are no object/],
  [{ name: 'User', attributes: {}, traits: { useSeeder: { count: -1 } } }, /seeder that makes -1/],
  [{ name: 'User', attributes: {}, traits: { useSeeder: { fixtures: 'x' } } }, /fixtures that are no list/],
  [{ name: 'User', attributes: {}, hasMany: 5 }, /hasMany that is a number|hasMany that is number/],
  [{ name: 'User', attributes: {}, hasMany: [{}] }, /does not say which model/],
  [{ name: 'User', attributes: {}, hasMany: { posts: 5 } }, /hasMany "posts"/],
  [{ name: 'User', attributes: {}, hasOneThrough: ['Post'] }, /in between/],
  [{ name: 'User', attributes: {}, belongsToMany: ['User'] }, /relates to itself/],
  [{ name: 'User', attributes: {}, belongsTo: ['Team'], hasOne: ['Team'] }, /two relations called "team"/],
  [{ name: 'User', attributes: {}, morphMany: [{ model: 'Note', name: 'notable', type: 'kind' }] }, /cannot be/],
  [{ name: 'User', attributes: {}, indexes: {} }, /indexes that are no list/],
  [{ name: 'User', attributes: {}, indexes: [{ columns: [] }] }, /index without columns/],
  [{ name: 'User', attributes: {}, get: { a: 5 } }, /get\.a, which is no function/],
  [{ name: 'User', attributes: {}, get: { toJSON: () => 5 } }, /getter called "toJSON"/],
  [{ name: 'User', attributes: {}, hasMany: ['Post'], get: { posts: () => 5 } }, /getter called "posts"/],
  [{ name: 'User', attributes: {}, set: { a: () => 5 } }, /sets "a", which is no attribute/],
  [{ name: 'User', attributes: { it: { validation: { rule: 'alpha', message: 5 } } } }, /messages of "it"/],
])('P8: %o is a fault that says why', (definition, message) => {
  expect(fault(definition).message).toMatch(message)
})

test('Z18: hostile names change no prototype', () => {
  const hostile = JSON.parse(
    '{"name":"Thing","attributes":{"__proto__":{"polluted":true}},"traits":{"__proto__":{"x":1}},"hasMany":{"__proto__":"Post"}}',
  ) as StacksDefinition
  try {
    ModelParser.parse(hostile)
  } catch {
    // That it is refused is fine, too.
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})
