import { DynamoDBModel, KeyPatternGenerator, validateKeyPatterns } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'

type Attributes = Readonly<Record<string, { readonly type: string; readonly [option: string]: unknown }>>
interface Statics {
  readonly [name: string]: unknown
}

function model(name: string, statics: Statics, more: Attributes = {}): typeof DynamoDBModel {
  const Model = class extends DynamoDBModel {
    attributes = { id: { type: 'string', required: true }, ...more }
  }
  return Object.assign(Model, { modelName: name }, statics)
}
const keys = (pk: string, sk: string): Statics => ({ keyPattern: { pk, sk } })
const number = { type: 'number', required: true } as const
const meta = model('Meta', keys('X#{id}', 'META'))

describe('keys that can be the same', () => {
  test.each([
    [
      'a value where the other has text',
      [meta, model('Part', keys('X#{ownerId}', '{id}'), { ownerId: { type: 'string' } })],
    ],
    ['one key that is a value', [model('A', keys('{id}', '{id}')), model('B', keys('{id}', 'B'))]],
    [
      'a value behind the beginning of the other',
      [meta, model('V', keys('X#{id}', 'M{name}'), { name: { type: 'string' } })],
    ],
    ['the guards of unique attributes', [model('G', keys('UNIQUE#USER#email#{id}', 'UNIQUE#USER#email#{id}'))]],
    ['the notes of the package', [model('N', keys('DYNAMODB-TOOLING#{id}', 'DYNAMODB-TOOLING#{id}'))]],
  ])('K7: %s', (_, models) => {
    expect(validateKeyPatterns(models)).toMatchObject({ valid: false, errors: [{ code: 'DESIGN.NAME_CONFLICT' }] })
  })

  test.each([
    ['another number of segments', [meta, model('Part', keys('X#{id}', 'PART#{name}'), { name: { type: 'string' } })]],
    ['a number where the other has text', [meta, model('Part', keys('X#{id}', '{at}'), { at: number })]],
    ['other text', [meta, model('Other', keys('X#{id}', 'OTHER'))]],
    ['the usual', [model('User', {}), model('Post', {})]],
  ])('K7: not %s', (_, models) => {
    expect(validateKeyPatterns(models)).toEqual(expect.objectContaining({ valid: true }))
  })

  test('K5: a map is no part of a key, nor the version that writes count up', () => {
    const map = model('M', keys('M#{m}', '{id}'), { m: { type: 'map', required: true } })
    expect(validateKeyPatterns([map])).toMatchObject({ errors: [{ code: 'DESIGN.INVALID_PATTERN' }] })
    const versioned = { version: true, indexes: { byV: { partition: ['id'], sort: ['version'] } } }
    expect(validateKeyPatterns([model('V', versioned)])).toMatchObject({ errors: [{ code: 'DESIGN.INVALID_INDEX' }] })
  })

  test('K8: indexes that differ in shards or projection are two, the same one twice is told', () => {
    const wish = { partition: ['id'], sort: ['rank'] }
    const generate = (indexes: object): object | undefined =>
      new KeyPatternGenerator({}).generate([model('I', { indexes }, { rank: number })])['I']
    const narrow = { ...wish, projection: 'KEYS_ONLY' }
    expect(Object.keys(generate({ a: wish, b: narrow }) ?? {})).toContain('gsi2pk')
    expect(Object.keys(generate({ a: wish, b: { ...wish, shards: 4 } }) ?? {})).toContain('gsi2pk')
    expect(() => generate({ a: wish, b: wish })).toThrow(expect.objectContaining({ code: 'DESIGN.INVALID_INDEX' }))
  })

  test('M30: an attribute that is sparse has an index', () => {
    expect(validateKeyPatterns([model('S', {}, { tag: { type: 'string', sparse: true } })])).toMatchObject({
      errors: [{ code: 'SCHEMA.INVALID_ATTRIBUTE' }],
    })
  })
})
