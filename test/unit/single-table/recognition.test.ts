import { connect, DynamoDBModel, KeyPatternGenerator, validateConfig, validateKeyPatterns } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import type { Driver } from '../../../src/drivers/index.js'
import { designModels } from '../../../src/single-table/design-models.js'
import { recognizes } from '../../../src/single-table/index.js'
import type { AttributeMap } from '../../../src/values/index.js'

const attributes = {
  id: { type: 'string', required: true },
  email: { type: 'string' },
  rank: { type: 'number' },
} as const
type Statics = Partial<Record<'entityType' | 'recognizedBy' | 'keySegments' | 'keyPattern' | 'modelName', unknown>>

function model(statics: Statics, name = 'User'): typeof DynamoDBModel {
  const Model = class extends DynamoDBModel {
    attributes = attributes
  }
  return Object.assign(Model, { modelName: name }, statics)
}

const S = (text: string) => ({ S: text })
const designOf = (Model: typeof DynamoDBModel, enabled = true) => {
  const tables = designModels({ singleTableDesign: { enabled } }, [Model])
  return tables.flatMap(({ entities }) => Array.from(entities.values()))[0]
}
const knows = (Model: typeof DynamoDBModel, item: AttributeMap, enabled = true): boolean =>
  recognizes(designOf(Model, enabled) as never, item)

describe('how rows are recognised', () => {
  const row = { pk: S('USER#1'), sk: S('USER#1'), id: S('1'), _type: S('User') }

  test.each([
    ['by its name', {}, row, true],
    ['by no other name', {}, { ...row, _type: S('Client') }, false],
    ['not without a type', {}, { ...row, _type: undefined }, false],
    ['not by a type that is no text', {}, { ...row, _type: { N: '1' } }, false],
    ['by its entityType', { entityType: 'client' }, { ...row, _type: S('client') }, true],
    ['then not by its name', { entityType: 'client' }, row, false],
    ['by keys, whatever the type', { recognizedBy: 'keys' }, { ...row, _type: S('Client') }, true],
    ['by keys, of both sides', { recognizedBy: 'keys' }, { ...row, sk: S('POST#1') }, false],
    ['by keys that are text', { recognizedBy: 'keys' }, { ...row, sk: { N: '1' } }, false],
    ['not by keys that are not there', { recognizedBy: 'keys' }, { pk: S('USER#1') }, false],
    ['never a note of the package', { recognizedBy: 'keys' }, { ...row, _type: S('unique guard') }, false],
    ['nor by a function', { recognizedBy: () => true }, { ...row, _type: S('cursor secret') }, false],
    [
      'by a function of plain values',
      { recognizedBy: ({ rank }: { rank: number }) => rank === 7 },
      { rank: { N: '7' } },
      true,
    ],
  ] as const)('E12: %s', (_, statics, item, known) => {
    const given: AttributeMap = Object.fromEntries(
      Object.entries<AttributeMap[string] | undefined>(item).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    )
    expect(knows(model(statics), given)).toBe(known)
  })

  test('E12: in a table of its own every item is a row, unless the model says otherwise', () => {
    const other = { id: S('1'), _type: S('Client') }
    expect(knows(model({}), other, false)).toBe(true)
    expect(knows(model({ entityType: 'client' }), { id: S('1') }, false)).toBe(true)
    expect(knows(model({ recognizedBy: 'type' }), other, false)).toBe(false)
    expect(knows(model({ recognizedBy: ({ email }: { email?: string }) => email !== undefined }), other, false)).toBe(
      false,
    )
  })

  test.each([
    ['recognizedBy', 'key', 'type, keys and a function'],
    ['recognizedBy', true, 'type, keys and a function'],
    ['keySegments', 'raw', 'escaped, plain'],
    ['keySegments', 7, 'must be text'],
    ['entityType', '', 'must be text'],
  ])('E12: static %s = %j is refused', (name, value, allowed) => {
    expect(() => designOf(model({ [name]: value }))).toThrow(
      expect.objectContaining({ code: 'SCHEMA.INVALID_STATIC', message: expect.stringContaining(allowed) }),
    )
  })

  test('E12: a type stands for one model', () => {
    const conflict = { valid: false, errors: [expect.objectContaining({ code: 'DESIGN.NAME_CONFLICT' })] }
    const user = model({ entityType: 'person' })
    expect(validateKeyPatterns([user, model({ entityType: 'person' }, 'Client')])).toEqual(conflict)
    expect(validateKeyPatterns([user, model({}, 'person')])).toEqual(conflict)
    expect(validateKeyPatterns([model({ entityType: 'unique guard' })])).toEqual(conflict)
    const byKeys = model({ entityType: 'person', recognizedBy: 'keys' }, 'Client')
    expect(validateKeyPatterns([user, byKeys])).toEqual({ valid: true, errors: [] })
  })

  test('E12: keys alone say enough only where nobody else writes such keys', () => {
    const sure = (statics: Statics): boolean | undefined => designOf(model(statics))?.primary.identifiesModel
    expect(sure({})).toBe(true)
    for (const statics of [
      { keySegments: 'plain' },
      { entityType: 'client' },
      { recognizedBy: 'keys' },
      { recognizedBy: () => true },
      { keyPattern: { pk: 'USER#{id}', sk: 'USER#{id}' } },
    ])
      expect(sure(statics)).toBe(false)
  })
})

describe('indexes of an existing table', () => {
  class Owner extends DynamoDBModel {
    static keyPattern = { pk: 'OWN#{id}', sk: 'INFO' }
    attributes = attributes
    relationships = { things: { type: 'hasMany', model: 'Thing', foreignKey: 'ownerId' } } as const
  }
  class Thing extends DynamoDBModel {
    static keyPattern: Record<string, string> = { pk: 'OWN#{ownerId}', sk: 'THING#{id}', tag_key: 'TAG#{tag}' }
    attributes = {
      id: { type: 'string', required: true },
      ownerId: { type: 'string', required: true },
      tag: { type: 'string', required: true },
      size: { type: 'number', required: true },
    } as const
    relationships = { owner: { type: 'belongsTo', model: () => Owner, foreignKey: 'ownerId' } } as const
  }
  const indexes = {
    inverted: { partitionKey: 'sk', sortKey: 'pk' },
    byTag: { partitionKey: 'tag_key', sortKey: 'size', projection: ['size'] },
    byType: { partitionKey: '_type' },
    elsewhere: { partitionKey: 'nobody', sortKey: 'has' },
  } as const
  const singleTableDesign = { gsiCount: 0, indexes }

  test('E12: a model is in those whose keys it has; a parent by another name needs no place of its own', () => {
    const generated = new KeyPatternGenerator({ singleTableDesign }).generate([Owner, Thing])
    expect(generated['Thing']).toEqual({
      pk: 'OWN#{ownerId}',
      sk: 'THING#{id}',
      tag_key: 'TAG#{tag}',
      size: '{size}',
      _type: 'Thing',
    })
    const [table] = designModels({ singleTableDesign }, [Owner, Thing])
    expect(table?.indexes.map(({ name, key, projection }) => [name, key.names.join(), projection])).toEqual([
      ['inverted', 'sk,pk', 'ALL'],
      ['byType', '_type', 'ALL'],
      ['byTag', 'tag_key,size', expect.arrayContaining(['size', '_type'])],
    ])
    const driver = { name: 'none', capabilities: { retries: true }, send: () => undefined, close: () => undefined }
    const connection = connect({ region: 'us-east-1', driver: driver as unknown as Driver, singleTableDesign })
    const explained = connection.run(() =>
      [Thing.where('tag', 'x').orderBy('size'), Thing.where('id', '1'), Thing.query(), Thing.where('ownerId', '1')].map(
        (query) => {
          const { index, operation, inMemory, fetch } = query.explain()
          return [operation, index, inMemory.sort.length, fetch]
        },
      ),
    )
    expect(explained).toEqual([
      ['Query', 'byTag', 0, true],
      ['Query', 'inverted', 0, false],
      ['Query', 'byType', 0, false],
      ['Query', undefined, 0, false],
    ])
  })

  test('E12: one of a numbered index replaces it', () => {
    const renamed = { gsiCount: 2, indexes: { GSI1: { partitionKey: 'tag_key' } } }
    const [table] = designModels({ singleTableDesign: renamed }, [Owner, Thing])
    expect(table?.indexes.map(({ name, key }) => [name, key.names.join()])).toEqual([['GSI1', 'tag_key']])
  })

  test('E12: half a key is refused, and an attribute under the name of a key', () => {
    class Half extends Thing {
      static override keyPattern = { pk: 'H#{ownerId}', sk: 'H#{id}', tag_key: 'TAG#{tag}' }
    }
    const needs = { byTag: { partitionKey: 'tag_key', sortKey: 'tag_sort' } }
    expect(validateKeyPatterns([Half], { singleTableDesign: { indexes: needs } })).toMatchObject({
      valid: false,
      errors: [{ code: 'DESIGN.INVALID_PATTERN' }],
    })
    class Named extends Thing {
      static override keyPattern = { pk: 'N#{ownerId}', sk: 'N#{id}', tag: 'TAG#{tag}' }
    }
    const named = { byTag: { partitionKey: 'tag' } }
    expect(validateKeyPatterns([Named], { singleTableDesign: { indexes: named } })).toMatchObject({
      valid: false,
      errors: [{ code: 'DESIGN.NAME_CONFLICT' }],
    })
  })

  test.each([
    [{ byTag: {} }],
    [{ byTag: { partitionKey: '' } }],
    [{ byTag: { partitionKey: 'a', sortKey: 'a' } }],
    [{ byTag: { partitionKey: 'a', projection: 'SOME' } }],
    [{ byTag: { partitionKey: 'a', sort: 'b' } }],
    [{ 'by tag': { partitionKey: 'a' } }],
    [[]],
  ])('E12: %j is no list of indexes', (given) => {
    const { errors } = validateConfig({ region: 'us-east-1', singleTableDesign: { indexes: given } })
    expect(errors.map(({ path }) => path)).toEqual(['singleTableDesign.indexes'])
  })

  test('E12: where every model has a table of its own there is none to name them for', () => {
    const { errors } = validateConfig({ region: 'us-east-1', singleTableDesign: { enabled: false, indexes } })
    expect(errors.map(({ path }) => path)).toEqual(['singleTableDesign.indexes'])
  })
})
