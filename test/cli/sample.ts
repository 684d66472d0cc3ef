/** The models of the projects of these tests. */
export const MODELS = `import { DynamoDBModel } from 'dynamodb-tooling'

export class User extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true },
    name: { type: 'string', required: true },
    age: { type: 'number' },
    password: { type: 'string', hidden: true },
  } as const
  relationships = { posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' } } as const
}

export class Post extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true },
  } as const
  relationships = { author: { type: 'belongsTo', model: 'User', foreignKey: 'userId' } } as const
}
`
