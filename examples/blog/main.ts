// A small blog on the embedded engine: it starts with the first request and is gone when the program ends.
import { DynamoDBModel, getConfig, KeyPatternGenerator, registerModels, resetConfig } from 'dynamodb-tooling'
import { Post, Profile, User } from './models.js'

const print = (title: string, body: unknown): void => console.log(`\n${title}\n${String(body).replaceAll(/^/gm, '  ')}`)
const table = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n') || '(none)'

registerModels(User, Post, Profile)

const { created } = await DynamoDBModel.migrate()
print(
  '1. The table, made from the models',
  `${created.join()} on ${getConfig().local.engine === 'auto' ? 'the embedded engine' : getConfig().local.engine}`,
)

const ada = await User.create({ email: 'ada@example.com', name: 'Ada', age: 36 })
const grace = await User.create({ email: 'grace@example.com', name: 'Grace', age: 45 })
await Profile.create({ userId: ada.id, bio: 'Notes on the Analytical Engine' })
for (const title of ['Note A', 'Note G'])
  await Post.create({ userId: ada.id, title, status: 'published', tags: new Set(['history']) })
await Post.create({ userId: grace.id, title: 'A compiler' })
print('2. Rows, created', table([ada, grace]))

const patterns = Object.entries(new KeyPatternGenerator().generate([User, Post, Profile]))
print(
  '3. The keys they got: nobody typed a pk',
  patterns.map(([name, keys]) => `${name.padEnd(8)} ${JSON.stringify(keys)}`).join('\n'),
)

ada.name = 'Ada Lovelace'
await ada.save()
print('4. Found again, after an update of what changed', JSON.stringify(await User.find(ada.id)))

const queries = {
  'by key': User.query().where('id', ada.id),
  'by unique attribute': User.query().where('email', 'grace@example.com'),
  'posts of a user, newest first': Post.query().where('userId', ada.id).orderBy('id', 'desc').limit(5),
  'no index serves this one': User.query().where('age', '>=', 40).orderBy('name'),
}
for (const [what, query] of Object.entries(queries)) {
  const rows = (await query.get()) as readonly object[]
  print(`5. ${what}`, `${String(query.explain())}\n-> ${rows.length} row(s)\n${table(rows)}`)
}

const [author] = await User.query().where('id', ada.id).with('posts', 'profile').get()
print(
  '6. With its relations',
  `${author?.name} wrote ${author?.posts.map((post) => post.title).join(' and ')}; ${author?.profile?.bio}`,
)

const refused = await User.create({ email: 'ada@example.com', name: 'Another Ada' }).catch((error: Error) => error)
print('7. A second ada@example.com is refused', refused instanceof Error ? refused.message : 'it was not')

await grace.delete()
print(
  '8. Soft-deleted rows are out of the way',
  `${(await User.find(grace.id)) === null ? 'Grace is not found' : 'still there'}; with trashed: ${await User.query().withTrashed().count()} users`,
)

await resetConfig()
