import { DynamoDBModel } from 'dynamodb-tooling'

export class User extends DynamoDBModel {
  static table = 'users'
  static primaryKey = 'id'
  static timestamps = true
  static softDeletes = true

  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true },
    name: { type: 'string', required: true },
    age: { type: 'number' },
  } as const

  relationships = {
    posts: { type: 'hasMany', model: () => Post, foreignKey: 'userId' },
    profile: { type: 'hasOne', model: () => Profile, foreignKey: 'userId' },
  } as const
}

export class Post extends DynamoDBModel {
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true, maxLength: 120 },
    status: { type: 'string', enum: ['draft', 'published'], default: 'draft' },
    tags: { type: 'set' },
  } as const

  relationships = {
    author: { type: 'belongsTo', model: () => User, foreignKey: 'userId' },
  } as const
}

export class Profile extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    bio: { type: 'string' },
  } as const
}
