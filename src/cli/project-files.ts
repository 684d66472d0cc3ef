/** The files of a new project. `name` is that of its folder, made fit for a package. */
export function projectFiles(
  name: string,
  versions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const table = `${name.replaceAll(/[^a-zA-Z0-9_.-]/g, '-').slice(0, 200) || 'app'}-table`
  return {
    'package.json': `${JSON.stringify(
      {
        name,
        private: true,
        type: 'module',
        scripts: {
          start: 'node --import jiti/register index.ts',
          console: 'dbtooling console',
          typecheck: 'tsc --noEmit',
          validate: 'dbtooling ci:validate',
        },
        dependencies: { 'dynamodb-tooling': versions['dynamodb-tooling'], jiti: versions['jiti'] },
        devDependencies: { '@types/node': versions['@types/node'], typescript: versions['typescript'] },
      },
      null,
      2,
    )}\n`,
    'tsconfig.json': `${JSON.stringify(
      {
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
        },
        include: ['*.ts', 'models', 'migrations'],
      },
      null,
      2,
    )}\n`,
    'dynamodb.config.ts': `import type { DynamoDBConfig } from 'dynamodb-tooling'

export default {
  defaultTableName: '${table}',
  queryBuilder: { modelsPath: 'models' },
  // Without this line, and with a region: Amazon DynamoDB.
  local: { enabled: true },
} satisfies DynamoDBConfig
`,
    'models/User.ts': `import { DynamoDBModel } from 'dynamodb-tooling'

export class User extends DynamoDBModel {
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', required: true, unique: true },
    name: { type: 'string', required: true },
  } as const

  relationships = {
    posts: { type: 'hasMany', model: 'Post', foreignKey: 'userId' },
  } as const
}
`,
    'models/Post.ts': `import { DynamoDBModel } from 'dynamodb-tooling'

export class Post extends DynamoDBModel {
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true },
  } as const

  relationships = {
    author: { type: 'belongsTo', model: 'User', foreignKey: 'userId' },
  } as const
}
`,
    'index.ts': `import { DynamoDBModel, registerModels, resetConfig } from 'dynamodb-tooling'
import { Post } from './models/Post.js'
import { User } from './models/User.js'

registerModels(User, Post)
await DynamoDBModel.migrate() // makes the table and its indexes from the models

const email = 'ada@example.com'
const user = (await User.query().where('email', email).first()) ?? (await User.create({ email, name: 'Ada' }))
await Post.create({ userId: user.id, title: 'Notes on the Analytical Engine' })
const posts = await Post.query().where('userId', user.id).get()
console.log(\`\${user.name} wrote \${posts.length} post(s).\`)

await resetConfig()
`,
    '.gitignore': 'node_modules/\n.dynamodb/\n',
  }
}
