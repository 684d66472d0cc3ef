import { DynamoDBModel, KeyPatternGenerator } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const
const patterns = (models: readonly (typeof DynamoDBModel)[], enabled = true): Readonly<Record<string, unknown>> =>
  new KeyPatternGenerator({ singleTableDesign: { enabled } }).generate(models)

class User extends DynamoDBModel {
  attributes = { id, countryId: string } as const
  relationships = {
    roles: { type: 'belongsToMany', model: 'Role', pivot: { level: { type: 'number' } } },
    follows: {
      type: 'belongsToMany',
      model: 'User',
      through: 'Follow',
      foreignKey: 'followerId',
      relatedKey: 'followedId',
    },
    followers: {
      type: 'belongsToMany',
      model: 'User',
      through: 'Follow',
      foreignKey: 'followedId',
      relatedKey: 'followerId',
    },
    comments: { type: 'morphMany', model: 'Comment', name: 'commentable' },
  } as const
}
class Role extends DynamoDBModel {
  attributes = { id: { type: 'number', required: true } } as const
  relationships = { users: { type: 'belongsToMany', model: 'User' } } as const
}
class Comment extends DynamoDBModel {
  attributes = { id, commentableType: string, commentableId: string, at: { type: 'date', required: true } } as const
  relationships = { commentable: { type: 'morphTo', sortBy: 'at' } } as const
}
class Post extends DynamoDBModel {
  attributes = { id, userId: string } as const
  relationships = { tags: { type: 'morphToMany', model: 'Tag', name: 'taggable' } } as const
}
class Tag extends DynamoDBModel {
  attributes = { id } as const
  relationships = { posts: { type: 'morphedByMany', model: 'Post', name: 'taggable' } } as const
}
class Country extends DynamoDBModel {
  attributes = { id } as const
  relationships = { posts: { type: 'hasManyThrough', model: 'Post', through: 'User' } } as const
}

describe('keys of relations', () => {
  test('K3: R4: pivot rows are readable from both sides, whichever declares the relation', () => {
    const both = patterns([User, Role])
    expect(both['RoleUser']).toEqual({
      pk: 'ROLE#{roleId}',
      sk: 'ROLE_USER#{userId}',
      gsi1pk: 'USER#{userId}',
      gsi1sk: 'ROLE_USER#{roleId}',
    })
    expect(both['Follow']).toEqual({
      pk: 'USER#{followedId}',
      sk: 'FOLLOW#{followerId}',
      gsi1pk: 'USER#{followerId}',
      gsi1sk: 'FOLLOW#{followedId}',
    })
    class Lone extends DynamoDBModel {
      static modelName = 'Role'
      attributes = { id: { type: 'number', required: true } } as const
    }
    expect(patterns([User, Lone])['RoleUser']).toEqual(both['RoleUser'])
    expect(patterns([User, Role], false)['RoleUser']).toEqual({ roleId: '{roleId}', userId: '{userId}' })
  })

  test('K3: R10: morphs: {TYPE}#{id}', () => {
    expect(patterns([User, Comment])['Comment']).toMatchObject({
      gsi1pk: '{commentableType}#{commentableId}',
      gsi1sk: 'COMMENT#{at}#{id}',
    })
    expect(patterns([Post, Tag])['Taggable']).toEqual({
      pk: 'TAG#{tagId}',
      sk: 'TAGGABLE#{taggableType}#{taggableId}',
      gsi1pk: '{taggableType}#{taggableId}',
      gsi1sk: 'TAGGABLE#{tagId}',
    })
  })

  test('K3: rows in between have a place by either side', () => {
    const all = patterns([Country, User, Post])
    expect(all['User']).toMatchObject({ gsi1pk: 'COUNTRY#{countryId}', gsi1sk: 'USER#{id}' })
    expect(all['Post']).toMatchObject({ gsi1pk: 'USER#{userId}', gsi1sk: 'POST#{id}' })
    class Membership extends DynamoDBModel {
      attributes = { id, teamId: string, userId: string } as const
    }
    class Team extends DynamoDBModel {
      attributes = { id } as const
      relationships = { members: { type: 'belongsToMany', model: 'User', through: () => Membership } } as const
    }
    expect(patterns([Team, User, Membership])['Membership']).toEqual({
      pk: 'MEMBERSHIP#{id}',
      sk: 'MEMBERSHIP#{id}',
      gsi1pk: 'TEAM#{teamId}',
      gsi1sk: 'MEMBERSHIP#{id}',
      gsi2pk: 'USER#{userId}',
      gsi2sk: 'MEMBERSHIP#{id}',
    })
  })

  test('K7: relations that cannot be are refused', () => {
    const refused = (relationships: object, code = 'SCHEMA.INVALID_RELATION'): void => {
      class Odd extends DynamoDBModel {
        attributes = { id } as const
        relationships = relationships
      }
      expect(() => patterns([Odd, User, Role])).toThrow(expect.objectContaining({ code }))
    }
    class Loose extends DynamoDBModel {
      attributes = { id, userId: string, rank: { type: 'number' } } as const
      relationships = { user: { type: 'belongsTo', model: 'User', foreignKey: 'userId', sortBy: 'rank' } } as const
    }
    expect(() => patterns([Loose, User])).toThrow(
      expect.objectContaining({ code: 'DESIGN.INVALID_INDEX', message: expect.stringContaining('Loose.rank') }),
    )
    refused({ odds: { type: 'belongsToMany', model: 'Odd' } })
    refused({ far: { type: 'hasManyThrough', model: 'Role' } })
    refused({ notes: { type: 'morphMany', model: 'Comment' } })
    refused({ users: { type: 'belongsToMany', model: 'User', through: 'RoleUser' } })
  })
})
