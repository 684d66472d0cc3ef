import {
  DynamoDBModel,
  GSIDeriver,
  KeyPatternGenerator,
  LSIDeriver,
  SparseIndexDeriver,
  validateKeyPatterns,
} from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'

class User extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, email: { type: 'string', unique: true } } as const
  relationships = { posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' } } as const
}
class Post extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    status: { type: 'string', required: true },
    flag: { type: 'string' },
  } as const
  static indexes = {
    open: { partition: ['status'], when: { status: 'open' } },
    flagged: { partition: ['flag'], shards: 2 },
  }
}
class Order extends DynamoDBModel {
  static keyPattern = { pk: 'USER#{userId}', sk: 'ORDER#{id}' }
  static indexes = { byTotal: { local: true, sort: ['total'] } }
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    total: { type: 'number', required: true },
  } as const
}

describe('derivers', () => {
  test('K1: K2: the keys of the sample models', () => {
    expect(new KeyPatternGenerator().generate([User, Post])).toEqual({
      User: { pk: 'USER#{id}', sk: 'USER#{id}' },
      Post: {
        pk: 'POST#{id}',
        sk: 'POST#{id}',
        gsi1pk: 'POST#status#{status}',
        gsi1sk: 'POST#{id}',
        gsi2pk: 'POST#flag#{flag}',
        gsi2sk: 'POST#{id}',
        gsi3pk: 'USER#{userId}',
        gsi3sk: 'POST#{id}',
      },
    })
  })

  test('K8: indexes are shared by all models, and named with what they hold', () => {
    const indexes = new GSIDeriver({ singleTableDesign: { gsiName: 'index-{n}' } }).derive([User, Post, Order])
    expect(indexes.map(({ name, partitionKey }) => [name, partitionKey])).toEqual([
      ['index-1', 'gsi1pk'],
      ['index-2', 'gsi2pk'],
      ['index-3', 'gsi3pk'],
    ])
    expect(indexes[2]?.entries).toEqual([
      { model: 'Post', partition: 'USER#{userId}', sort: 'POST#{id}', purpose: 'posts of User (userId)', shards: 1 },
    ])
    expect(() => new GSIDeriver({ singleTableDesign: { gsiCount: 2 } }).derive([User, Post])).toThrow(
      expect.objectContaining({ code: 'DESIGN.TOO_MANY_INDEXES', message: expect.stringContaining('posts of User') }),
    )
  })

  test('K9: local indexes, and models that cannot have one', () => {
    expect(new LSIDeriver().derive([Order])).toMatchObject([
      {
        name: 'LSI1',
        partitionKey: 'pk',
        sortKey: 'lsi1sk',
        entries: [{ model: 'Order', sort: 'ORDER#{total}#{id}' }],
      },
    ])
    class Alone extends DynamoDBModel {
      static indexes = { byName: { local: true, sort: ['name'] } }
      attributes = { id: { type: 'string' }, name: { type: 'string' } } as const
    }
    expect(() => new LSIDeriver().derive([Alone])).toThrow('every Alone has a partition of its own')
  })

  test('K10: sparse places, by condition and by attribute', () => {
    expect(new SparseIndexDeriver().derive([User, Post, Order])).toEqual([
      { model: 'Post', index: 'GSI1', name: 'open', when: { status: 'open' }, needs: [] },
      { model: 'Post', index: 'GSI2', name: 'flagged', when: {}, needs: ['flag'] },
    ])
  })

  test('K7: colliding key patterns are found', () => {
    class Invoice extends DynamoDBModel {
      static keyPattern = { pk: 'USER#{owner}', sk: 'ORDER#{id}' }
      attributes = { id: { type: 'string' }, owner: { type: 'string', required: true } } as const
    }
    const { valid, errors } = validateKeyPatterns([Order, Invoice])
    expect(valid).toBe(false)
    expect(errors[0]).toMatchObject({
      code: 'DESIGN.NAME_CONFLICT',
      message: expect.stringContaining('Order and Invoice'),
    })
    expect(validateKeyPatterns([User, Post, Order])).toEqual({ valid: true, errors: [] })
  })
})
