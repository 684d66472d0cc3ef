import { DynamoDBModel } from 'dynamodb-tooling'
import { expect, test } from 'vitest'
import { entitySchemaOf, ModelValidator, SCHEMA_CODES } from '../../../src/schema/index.js'

const id = { type: 'string', required: true } as const
type Model = new () => DynamoDBModel

/** A model with these fields, as a program without types may write it. */
function model(attributes: unknown, more: { statics?: object; relationships?: unknown; name?: string } = {}): Model {
  const made = class extends DynamoDBModel {
    attributes = attributes
    relationships = more.relationships
  }
  Object.defineProperty(made, 'name', { value: more.name ?? 'Thing' })
  for (const [name, value] of Object.entries(more.statics ?? {}))
    Object.defineProperty(made, name, { value, enumerable: true })
  return made
}

const relation = (options: unknown): Model => model({ id }, { relationships: { other: options } })
const attribute = (options: unknown): Model => model({ id, it: options })
const statics = (given: object): Model => model({ id }, { statics: given })

const thrown = new Set<string>()
test.each<[string, RegExp, Model]>([
  ['SCHEMA.NO_NAME', /needs a name/, model({ id }, { name: '' })],
  ['SCHEMA.NO_NAME', /"a b"/, statics({ modelName: 'a b' })],
  ['SCHEMA.INVALID_ATTRIBUTE', /Thing\.it must be an object/, attribute('string')],
  ['SCHEMA.INVALID_ATTRIBUTE', /Thing\.it has the type "text"/, attribute({ type: 'text' })],
  ['SCHEMA.INVALID_ATTRIBUTE', /unknown option "requird"/, attribute({ type: 'string', requird: true })],
  ['SCHEMA.INVALID_ATTRIBUTE', /without a name/, model({ id, '': { type: 'string' } })],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /"required", which must be true or false, not text/,
    attribute({ type: 'string', required: 'yes' }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /"enum", which must be a list of values, not text/,
    attribute({ type: 'string', enum: 'a' }),
  ],
  ['SCHEMA.INVALID_ATTRIBUTE', /"enum", which must be a list of values/, attribute({ type: 'string', enum: [] })],
  ['SCHEMA.INVALID_ATTRIBUTE', /"min", which must be a number/, attribute({ type: 'number', min: 'much' })],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /"minLength", which must be a whole number/,
    attribute({ type: 'string', minLength: '3' }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /"validate", which must be a function/,
    attribute({ type: 'string', validate: 'email' }),
  ],
  ['SCHEMA.INVALID_ATTRIBUTE', /"schema", which must be a Standard Schema/, attribute({ type: 'string', schema: {} })],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /"pattern", which must be a regular expression/,
    attribute({ type: 'string', pattern: 1 }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /Thing\.it is a string and cannot say when a row expires/,
    model({ id, it: { type: 'string' } }, { statics: { ttl: 'it' } }),
  ],
  ['SCHEMA.INVALID_STATIC', /ttl must be true, false, text or an object, not a number/, statics({ ttl: 30 })],
  ['SCHEMA.INVALID_STATIC', /ttl has an unknown option "attribut"/, statics({ ttl: { attribut: 'x' } })],
  ['SCHEMA.INVALID_STATIC', /softDeletes must be true, false or an object/, statics({ softDeletes: '30d' })],
  [
    'SCHEMA.INVALID_STATIC',
    /softDeletes has the option "ttl", which must be .*'30d'/,
    statics({ softDeletes: { ttl: '30 days' } }),
  ],
  ['SCHEMA.INVALID_STATIC', /one moment of a row/, statics({ softDeletes: { ttl: '30d' }, ttl: true })],
  ['SCHEMA.INVALID_ATTRIBUTE', /sets of "date"/, attribute({ type: 'set', set: 'date' })],
  ['SCHEMA.INVALID_ATTRIBUTE', /is a map and cannot be unique/, attribute({ type: 'map', unique: true })],
  ['SCHEMA.INVALID_ATTRIBUTE', /is a string and has no min/, attribute({ type: 'string', min: 3 })],
  ['SCHEMA.INVALID_ATTRIBUTE', /is a number and has no maxLength/, attribute({ type: 'number', maxLength: 3 })],
  ['SCHEMA.INVALID_ATTRIBUTE', /pattern that is none/, attribute({ type: 'string', pattern: '(' })],
  ['SCHEMA.INVALID_ATTRIBUTE', /format "phone"/, attribute({ type: 'string', format: 'phone' })],
  ['SCHEMA.RESERVED_NAME', /"save"/, model({ id, save: { type: 'string' } })],
  ['SCHEMA.RESERVED_NAME', /"__proto__"/, model({ id, ['__proto__']: { type: 'string' } })],
  ['SCHEMA.RESERVED_NAME', /"toString"/, model({ id, toString: { type: 'string' } })],
  ['SCHEMA.RESERVED_NAME', /"delete"/, model({ id }, { relationships: { delete: { type: 'hasOne', model: 'X' } } })],
  ['SCHEMA.INVALID_STATIC', /timestamps must be true, false or an object, not text/, statics({ timestamps: 'yes' })],
  ['SCHEMA.INVALID_STATIC', /unknown option "made"/, statics({ timestamps: { made: 'made_at' } })],
  ['SCHEMA.INVALID_STATIC', /"createdAt", which must be text/, statics({ timestamps: { createdAt: 5 } })],
  ['SCHEMA.INVALID_STATIC', /keeps two things in "at"/, statics({ timestamps: { createdAt: 'at', updatedAt: 'at' } })],
  ['SCHEMA.INVALID_STATIC', /keeps two things in "id"/, statics({ softDeletes: { attribute: 'id' } })],
  ['SCHEMA.INVALID_STATIC', /hidden must be a list of names, not an object/, statics({ hidden: { it: true } })],
  ['SCHEMA.INVALID_STATIC', /table must be text, not a function/, statics({ table: () => 'users' })],
  ['SCHEMA.INVALID_STATIC', /static attributes/, statics({ attributes: { id } })],
  ['SCHEMA.INVALID_STATIC', /static relationship`/, statics({ relationship: {} })],
  ['SCHEMA.INVALID_STATIC', /static timestamp`/, class extends statics({ timestamp: true }) {}],
  ['SCHEMA.INVALID_STATIC', /attributes of Thing must be an object, not a list/, model([{ id }])],
  [
    'SCHEMA.INVALID_STATIC',
    /relationships of Thing must be an object, not text/,
    model({ id }, { relationships: 'posts' }),
  ],
  ['SCHEMA.INVALID_STATIC', /static softdeletes/, statics({ softdeletes: true })],
  ['SCHEMA.INVALID_STATIC', /idType is "serial"/, statics({ idType: 'serial' })],
  ['SCHEMA.INVALID_STATIC', /static hidden of Thing names "nobody"/, statics({ hidden: ['nobody'] })],
  ['SCHEMA.INVALID_STATIC', /static casts of Thing names "nobody"/, statics({ casts: { nobody: 'int' } })],
  ['SCHEMA.INVALID_RELATION', /must be an object/, relation('Post')],
  ['SCHEMA.INVALID_RELATION', /has the type "has_many"/, relation({ type: 'has_many', model: 'X' })],
  [
    'SCHEMA.INVALID_RELATION',
    /localKey "slgu", which is no attribute of Thing/,
    model({ id, slug: id }, { relationships: { other: { type: 'hasMany', model: 'X', localKey: 'slgu' } } }),
  ],
  ['SCHEMA.INVALID_RELATION', /does not say which model/, relation({ type: 'hasMany' })],
  [
    'SCHEMA.INVALID_RELATION',
    /unknown option "foreignKye"/,
    relation({ type: 'hasMany', model: 'X', foreignKye: 'y' }),
  ],
  [
    'SCHEMA.INVALID_RELATION',
    /"foreignKey", which must be text, not a number/,
    relation({ type: 'hasMany', model: 'X', foreignKey: 1 }),
  ],
  [
    'SCHEMA.INVALID_RELATION',
    /"model", which must be the name of a model/,
    relation({ type: 'hasMany', model: { name: 'X' } }),
  ],
  [
    'SCHEMA.INVALID_RELATION',
    /both an attribute and a relation/,
    model({ id, other: id }, { relationships: { other: { type: 'hasOne', model: 'X' } } }),
  ],
  ['SCHEMA.INVALID_ATTRIBUTE', /encrypted and unique/, attribute({ type: 'string', encrypted: true, unique: true })],
  ['SCHEMA.INVALID_ATTRIBUTE', /encrypted and index/, attribute({ type: 'string', encrypted: true, index: true })],
  ['SCHEMA.INVALID_ATTRIBUTE', /blindIndex and is not encrypted/, attribute({ type: 'string', blindIndex: true })],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /is a map and has no blindIndex/,
    attribute({ type: 'map', encrypted: true, blindIndex: true }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /is sparse and has a blindIndex/,
    attribute({ type: 'string', encrypted: true, blindIndex: true, index: true, sparse: true }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /id is encrypted and the key/,
    model({ id: { type: 'string', required: true, encrypted: true } }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /a version or a counter/,
    model({ id, version: { type: 'number', encrypted: true } }, { statics: { version: 'version' } }),
  ],
  [
    'SCHEMA.INVALID_ATTRIBUTE',
    /a moment/,
    model({ id, until: { type: 'date', encrypted: true } }, { statics: { ttl: 'until' } }),
  ],
  ['SCHEMA.INVALID_STATIC', /Thing.tenant must be true or false/, statics({ tenant: 'teamId' })],
  ['SCHEMA.NOT_AVAILABLE', /static with/, statics({ with: ['posts'] })],
  ['SCHEMA.NOT_AVAILABLE', /static touches/, statics({ touches: ['post'] })],
  ['SCHEMA.INVALID_STATIC', /static limit`, which is a method of models/, statics({ limit: 5 })],
  ['SCHEMA.INVALID_STATIC', /perPage must be a whole number from 1/, statics({ perPage: 0 })],
])('%s: %s', (code, message, faulty) => {
  const use = (): unknown => new ModelValidator(entitySchemaOf(faulty))
  expect(use).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  // Not once, but whenever it is used.
  expect(use).toThrow(expect.objectContaining({ code }))
  thrown.add(code)
})

test.each([
  ['Did you mean "foreignKey"?', relation({ type: 'hasMany', model: 'X', foreignKye: 'y' })],
  [/^Did you mean "hasMany"\? Types are hasOne, /, relation({ type: 'has_many', model: 'X' })],
  [/^Types are hasOne, hasMany, belongsTo, .*morphToMany, morphedByMany\.$/, relation({ type: 'owns', model: 'X' })],
  ['Did you mean "required"?', attribute({ type: 'string', requird: true })],
  [/^Options are type, required, /, attribute({ type: 'string', zzz: true })],
  [/^Did you mean "string"\? Types are /, attribute({ type: 'strng' })],
  ['Write it as a field: attributes = { … }', statics({ attributes: { id } })],
])('the hint says what was probably meant: %s', (hint, faulty) => {
  expect(() => entitySchemaOf(faulty)).toThrow(
    expect.objectContaining({ hint: typeof hint === 'string' ? hint : (expect.stringMatching(hint) as unknown) }),
  )
})

test('every type of relation is known', () => {
  const types = [
    'hasOne',
    'hasMany',
    'belongsTo',
    'belongsToMany',
    'hasOneThrough',
    'hasManyThrough',
    'morphOne',
    'morphMany',
    'morphTo',
    'morphToMany',
    'morphedByMany',
  ]
  const { relations } = entitySchemaOf(
    model(
      { id },
      {
        relationships: Object.fromEntries(
          types.map((type) => [`the_${type}`, { type, model: 'X', through: 'Y', name: 'z' }]),
        ),
      },
    ),
  )
  expect([...relations.values()].map(({ type }) => type)).toEqual(types)
})

test('fillable: false forbids mass assignment by itself', () => {
  const { attribute: read } = entitySchemaOf(
    model({ id, role: { type: 'string', fillable: false }, name: { type: 'string' } }),
  )
  expect(['id', 'role', 'name'].map((name) => read.get(name)?.fillable)).toEqual([true, false, true])
})

test('methods of a class may have any name', () => {
  class Busy extends DynamoDBModel {
    static version(): number {
      return 1
    }
    static ttl(): number {
      return 1
    }
    static hiddn(): number {
      return 2
    }
  }
  expect(entitySchemaOf(Busy)).toMatchObject({ name: 'Busy', version: undefined, ttl: undefined })
})

test('every code of the room was thrown above', () => {
  expect([...thrown].sort()).toEqual(Object.keys(SCHEMA_CODES).sort())
})

test('a definition is read once, completed and frozen', () => {
  let reads = 0
  class Counted extends DynamoDBModel {
    static timestamps = true
    attributes = (reads++, { email: { type: 'string' } } as const)
  }
  const schema = entitySchemaOf(Counted)
  expect(entitySchemaOf(Counted)).toBe(schema)
  expect(reads).toBe(1)
  expect(schema).toMatchObject({ name: 'Counted', prefix: 'COUNTED', table: 'counteds', primaryKey: 'id' })
  expect([...schema.attribute.keys()]).toEqual(['email', 'id', 'createdAt', 'updatedAt'])
  expect(Object.isFrozen(schema)).toBe(true)
})

test('defaults of relations follow the names of the models', () => {
  const { relations } = entitySchemaOf(
    model(
      { id },
      {
        name: 'BlogPost',
        relationships: { author: { type: 'belongsTo', model: 'User' }, notes: { type: 'hasMany', model: 'Note' } },
      },
    ),
  )
  expect(relations.get('author')).toMatchObject({ foreignKey: 'userId', localKey: undefined })
  expect(relations.get('notes')).toMatchObject({ foreignKey: 'blogPostId', localKey: 'id' })
})

test('M15: M16: M24: versions, moments and lifetimes in every form they are said in', () => {
  const read = (given: object): object => {
    const { version, ttl, softDeletes, trashSeconds, indexes } = entitySchemaOf(statics(given))
    return { version, ttl, softDeletes, trashSeconds, indexes: Object.keys(indexes) }
  }
  const none = { version: undefined, ttl: undefined, softDeletes: false, trashSeconds: undefined, indexes: [] }
  expect(read({})).toEqual(none)
  expect(read({ version: false, versioning: false, ttl: false, softDeletes: false })).toEqual(none)
  expect(read({ version: true, ttl: true })).toEqual({ ...none, version: 'version', ttl: 'ttl' })
  expect(read({ versioning: true })).toEqual({ ...none, version: 'version' })
  expect(read({ version: 'rev', ttl: 'goneAt' })).toEqual({ ...none, version: 'rev', ttl: 'goneAt' })
  expect(read({ ttl: { enabled: true, attribute: 'at' } })).toEqual({ ...none, ttl: 'at' })
  expect(read({ ttl: { enabled: false, attribute: 'at' } })).toEqual(none)
  expect(read({ softDeletes: true })).toEqual({ ...none, softDeletes: true })
  for (const [ttl, trashSeconds] of [
    [90, 90],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
  ] as const)
    expect(read({ softDeletes: { ttl } })).toEqual({ ...none, softDeletes: true, trashSeconds })
  expect(read({ softDeletes: { index: true } })).toEqual({ ...none, softDeletes: true, indexes: ['trashed'] })
})

test('a static of its own that is no option, nor near the name of one, is the class’s own affair', () => {
  const schema = entitySchemaOf(statics({ COLOURS: ['red'], maxGuests: 5, perPage: 30 }))
  expect(schema.perPage).toBe(30)
  expect(() => entitySchemaOf(statics({ timestamp: true }))).toThrow(
    expect.objectContaining({ code: 'SCHEMA.INVALID_STATIC', hint: 'Did you mean "timestamps"?' }),
  )
})
