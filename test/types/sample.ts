import { DynamoDBModel } from 'dynamodb-tooling'

/** The sample of the documentation, letter for letter: no `as const`. */
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
  }

  relationships = {
    posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' },
    profile: { type: 'hasOne', model: 'Profile', foreignKey: 'userId' },
  }
}

export class Post extends DynamoDBModel {
  static table = 'posts'
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true },
  }

  relationships = {
    author: { type: 'belongsTo', model: 'User', foreignKey: 'userId' },
  }
}
