/** The two model classes of the documentation, as a user would write them into a file. */
export const sampleModels = `
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
  }

  relationships = {
    posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' },
    profile: { type: 'hasOne', model: 'Profile', foreignKey: 'userId' },
  }
}

export class Post extends DynamoDBModel {
  static table = 'posts'

  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true },
  }

  relationships = {
    author: { type: 'belongsTo', model: 'User', foreignKey: 'userId' },
  }
}

export class Profile extends DynamoDBModel {
  static table = 'profiles'

  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
  }
}
`

/** The config of the documentation. */
export const sampleConfig = `
import type { DynamoDBConfig } from 'dynamodb-tooling'

export default {
  region: 'us-east-1',
  defaultTableName: 'MyApp',
  singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
  local: { enabled: true, port: 8000 },
} satisfies DynamoDBConfig
`

/** What a user does with the types: right uses that must compile, and wrong ones that must not. */
export const sampleUse = `
import { connect, getConfig, loadConfig, validateConfig } from 'dynamodb-tooling'
import { User } from './models.js'

export async function use(): Promise<string> {
  const user = await User.create({ email: 'ada@example.org', name: 'Ada' })
  const found = await User.find(user.id)
  // @ts-expect-error: there may be none
  found.name
  const adults = await User.query().where('age', '>=', 18).orderBy('name').limit(10).get()
  // @ts-expect-error: not an attribute
  User.query().where('nmae', 'Ada')
  const connection = connect({ local: { enabled: true, inMemory: true } })
  await connection.close()
  // @ts-expect-error: a region is text
  connect({ region: 5 })
  const { defaultTableName } = await loadConfig({ cwd: '.' })
  return [adults.length, getConfig().region, defaultTableName, validateConfig({}).valid].join()
}
`
