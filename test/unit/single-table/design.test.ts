import { type DynamoDBConfig, DynamoDBModel, KeyPatternGenerator } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { designModels } from '../../../src/single-table/design-models.js'
import type { TableDesign } from '../../../src/single-table/index.js'
import {
  addKeys,
  createTableInput,
  DESIGN_CODES,
  keysOf,
  primaryKeyOf,
  uniqueAttributesOf,
  uniqueGuardKey,
} from '../../../src/single-table/index.js'
import type { AttributeValue } from '../../../src/values/index.js'

const string = { type: 'string' } as const
const id = { type: 'string', required: true } as const

class User extends DynamoDBModel {
  attributes = { id, email: { type: 'string', unique: true }, badge: { type: 'number', unique: true } } as const
  relationships = { posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' } } as const
}
class Post extends DynamoDBModel {
  static timestamps = true
  static indexes = { byState: { partition: ['state'], sort: ['score'] } }
  attributes = {
    id,
    userId: string,
    state: string,
    score: { type: 'number' },
    kind: { type: 'string', index: true },
  } as const
  relationships = { user: { type: 'belongsTo', model: 'User', foreignKey: 'userId', sortBy: 'createdAt' } } as const
}

type Model = typeof DynamoDBModel
const designOf = (models: readonly Model[], config: DynamoDBConfig = {}): TableDesign => {
  const [design] = designModels(config, models)
  if (design === undefined) throw new TypeError('no design')
  return design
}

describe('the design of a table', () => {
  test('K1: K2: K8: keys of rows, children and declared patterns share the slots of the table', () => {
    expect(new KeyPatternGenerator().generate([User, Post])).toEqual({
      User: { pk: 'USER#{id}', sk: 'USER#{id}' },
      Post: {
        pk: 'POST#{id}',
        sk: 'POST#{id}',
        gsi1pk: 'USER#{userId}',
        gsi1sk: 'POST#{createdAt}#{id}',
        gsi2pk: 'POST#kind#{kind}',
        gsi2sk: 'POST#{id}',
        gsi3pk: 'POST#state#{state}',
        gsi3sk: 'POST#{score}#{id}',
      },
    })
    const input = createTableInput(designOf([User, Post]))
    expect(input.GlobalSecondaryIndexes?.map((index) => index.IndexName)).toEqual(['GSI1', 'GSI2', 'GSI3'])
    expect(input.AttributeDefinitions).toHaveLength(8)
  })

  test('K8: the order in which models are named changes nothing', () => {
    const text = (models: readonly Model[]): string => {
      const design = designOf(models)
      return JSON.stringify([
        design.indexes,
        [...design.entities.values()]
          .map((each) => each.paths)
          .sort((a, b) => (String(a[0]?.partition.text) < String(b[0]?.partition.text) ? -1 : 1)),
      ])
    }
    expect(text([Post, User])).toBe(text([User, Post]))
  })

  test('K6: names and delimiter follow the config', () => {
    const singleTableDesign = {
      partitionKeyName: 'PK',
      sortKeyName: 'SK',
      keyDelimiter: '|',
      gsiPartitionKeyName: 'I{n}P',
      gsiSortKeyName: 'I{n}S',
      gsiName: 'index-{n}',
    }
    const design = designOf([User, Post], { singleTableDesign })
    expect(design).toMatchObject({ key: { names: ['PK', 'SK'] }, delimiter: '|' })
    expect(design.indexes[0]).toMatchObject({ name: 'index-1', key: { names: ['I1P', 'I1S'] } })
    expect(design.entities.get('Post')?.secondary[0]?.partition.text).toBe('USER|{userId}')
  })

  test('K4: an item has the keys its attributes ask for, and no others', () => {
    const design = designOf([User, Post]).entities.get('Post')
    if (design === undefined) throw new TypeError('no design')
    const [team, kind, state] = design.secondary
    if (team === undefined || kind === undefined || state === undefined) throw new TypeError('no paths')
    const item: Record<string, AttributeValue> = {
      id: { S: 'p#1' },
      state: { S: 'a' },
      score: { N: '-5' },
      kind: { NULL: true },
    }
    expect(primaryKeyOf(design, item)).toEqual({ pk: { S: 'POST#p%231' }, sk: { S: 'POST#p%231' } })
    expect(keysOf(team, item, 'Post')).toBeUndefined()
    expect(keysOf(kind, item, 'Post')).toBeUndefined()
    expect(keysOf(state, item, 'Post')).toEqual({ gsi3pk: { S: 'POST#state#a' }, gsi3sk: { S: 'POST#04984~#p%231' } })
    addKeys(design, item)
    expect(Object.keys(item).sort()).toEqual(['gsi3pk', 'gsi3sk', 'id', 'kind', 'pk', 'score', 'sk', 'state'])
    for (const bad of [{}, { id: { NULL: true } }, { id: { S: '' } }] as const)
      expect(() => primaryKeyOf(design, bad)).toThrow(expect.objectContaining({ code: 'KEY.EMPTY' }))
    const long = { id: { S: 'x'.repeat(2000) } }
    expect(() => primaryKeyOf(design, long)).toThrow(expect.objectContaining({ code: 'KEY.TOO_LONG' }))
  })

  test('Z16: guards of different models, attributes and values never share a key', () => {
    const { ledger, entities } = designOf([User, Post])
    const schema = entities.get('User')?.schema
    if (schema === undefined) throw new TypeError('no schema')
    expect(uniqueAttributesOf(schema)).toEqual(['email', 'badge'])
    expect(uniqueGuardKey(ledger, schema, 'email', { S: 'a#b' })).toEqual({
      pk: { S: 'UNIQUE#USER#email#a%23b' },
      sk: { S: 'UNIQUE#USER#email#a%23b' },
    })
    const keys = [
      uniqueGuardKey(ledger, schema, 'email', { S: '150242' }),
      uniqueGuardKey(ledger, schema, 'badge', { N: '42' }),
      uniqueGuardKey(ledger, schema, 'email', { S: 'badge#150242' }),
    ]
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(3)
  })
})

class Twin extends DynamoDBModel {
  static modelName = 'POST'
  attributes = { id } as const
}
class Taken extends DynamoDBModel {
  attributes = { id, gsi2sk: string } as const
}
class Half extends DynamoDBModel {
  static keyPattern = { gsi1pk: 'X#{id}' }
  attributes = { id } as const
}
class Stray extends DynamoDBModel {
  static keyPattern = { gsi9pk: 'X#{id}', gsi9sk: 'X' }
  attributes = { id } as const
}
class Unknown extends DynamoDBModel {
  static keyPattern = { pk: 'X#{nobody}' }
  attributes = { id } as const
}
class Missing extends DynamoDBModel {
  static indexes = { byNobody: { partition: ['nobody'] } }
  attributes = { id } as const
}
class Sealed extends DynamoDBModel {
  static indexes = { byNote: { partition: ['note'] } }
  attributes = { id, note: { type: 'string', encrypted: true } } as const
}
class Bare extends DynamoDBModel {
  static table = 'things'
  attributes = { id } as const
}
class Bare2 extends DynamoDBModel {
  static table = 'things'
  attributes = { id } as const
}
class Counted extends DynamoDBModel {
  attributes = { id, state: { type: 'number' } } as const
}
class Waiting extends DynamoDBModel {
  static indexes = { open: { when: { state: undefined } } }
  attributes = { id: { type: 'string' }, state: { type: 'string' } } as const
}
class Misspelt extends DynamoDBModel {
  static indexes = { open: { when: { state: 'opne' } } }
  attributes = { id: { type: 'string' }, state: { type: 'string', enum: ['open', 'done'] } } as const
}
class Expiring extends DynamoDBModel {
  static ttl = 'expiresAt'
  attributes = { id } as const
}
class Ending extends DynamoDBModel {
  static ttl = 'endsAt'
  attributes = { id } as const
}
class Budget extends DynamoDBModel {
  attributes = { id, expiresAt: { type: 'number' } } as const
}
class Binned extends DynamoDBModel {
  static softDeletes = { ttl: '30d' }
  attributes = { id, ttl: { type: 'string' } } as const
}
class Unsortable extends DynamoDBModel {
  static indexes = { byTags: { partition: ['tags'] } }
  attributes = { id, tags: { type: 'set' } } as const
}

test.each<[string, RegExp, readonly Model[], DynamoDBConfig]>([
  [
    'DESIGN.TOO_MANY_INDEXES',
    /Post needs 3 .*may have 2.*"index byState"/,
    [User, Post],
    { singleTableDesign: { gsiCount: 2 } },
  ],
  ['DESIGN.NAME_CONFLICT', /POST and Post|Post and POST/, [Post, Twin], {}],
  ['DESIGN.NAME_CONFLICT', /Taken\.gsi2sk/, [Taken], {}],
  ['DESIGN.INVALID_PATTERN', /only one of gsi1pk and gsi1sk/, [Half], {}],
  ['DESIGN.INVALID_PATTERN', /"gsi9pk", which is no key/, [Stray], {}],
  ['DESIGN.INVALID_PATTERN', /"nobody", which is no attribute/, [Unknown], {}],
  ['DESIGN.ENCRYPTED_KEY', /Sealed\.note is encrypted/, [Sealed], {}],
  ['DESIGN.INVALID_INDEX', /no attribute "nobody"/, [Missing], {}],
  [
    'DESIGN.TYPE_CONFLICT',
    /Counted\.state is a number, .* key of the index GSI\d and stored as S/,
    [User, Post, Counted],
    { singleTableDesign: { multiAttributeKeys: true } },
  ],
  [
    'DESIGN.NAME_CONFLICT',
    /Bare and Bare2 have the same table|Bare2 and Bare have the same table/,
    [Bare, Bare2],
    { singleTableDesign: { enabled: false } },
  ],
  ['DESIGN.TTL_CONFLICT', /Expiring by expiresAt, but Ending by endsAt/, [Expiring, Ending], {}],
  [
    'DESIGN.TTL_CONFLICT',
    /Expiring by expiresAt, but Budget\.expiresAt is a number of another meaning/,
    [Expiring, Budget],
    {},
  ],
  ['DESIGN.TTL_CONFLICT', /soft-deleted rows by ttl, but Binned\.ttl is a string/, [Binned], {}],
  ['DESIGN.INVALID_INDEX', /Unsortable\.tags is a set/, [Unsortable], {}],
  ['DESIGN.INVALID_INDEX', /open of Waiting has no value for its condition on "state"/, [Waiting], {}],
  ['DESIGN.INVALID_INDEX', /open of Misspelt waits for a "state" that no row has/, [Misspelt], {}],
])('K7: %s %s', (code, message, models, config) => {
  expect(() => designOf(models, config)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
  covered.add(code)
})

const covered = new Set<string>()
test('K7: every code of the room was thrown above', () => {
  // Those of the schema lock: test/engines/schema-lock.test.ts.
  const codes = Object.keys(DESIGN_CODES).filter((code) => !code.startsWith('DESIGN.LOCK'))
  expect([...covered].sort()).toEqual(codes.sort())
})
