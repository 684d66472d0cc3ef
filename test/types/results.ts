import type { Connection, CursorPage, ModelClass, Page, Query, Row } from 'dynamodb-tooling'
import type { Equal, Expect, Flat } from './assert.js'
import { Article, Author, type Card, Country, Everything, Seat, Tag } from './models.js'
import { User } from './sample.js'

type AuthorRecord = Row<typeof Author>

export async function nullable(): Promise<void> {
  const found = await Author.find('ada')
  const first = await Author.query().first()
  const certain = await Author.findOrFail('ada')
  type _ = [
    Expect<Equal<typeof found, AuthorRecord | null>>,
    Expect<Equal<typeof first, AuthorRecord | null>>,
    Expect<Equal<typeof certain, AuthorRecord>>,
  ]
  certain.name.toUpperCase()
  found?.name.toUpperCase()
  if (first !== null) await first.delete()

  // @ts-expect-error: there may be no such row
  found.name
  // @ts-expect-error: there may be no first one
  first.name
  // @ts-expect-error: there may be none at all
  ;(await User.first()).name
  // @ts-expect-error: an age may be missing
  certain.age.toFixed()
  // @ts-expect-error: most rows are not deleted
  certain.deletedAt.getTime()
  const [some] = await Author.all()
  // @ts-expect-error: the list may be empty
  some.name
}

declare const parameters: Record<string, string>

export async function keys(): Promise<void> {
  await Author.find('ada', { consistentRead: true })
  await Author.findMany(['ada', 'grace'])
  await Author.find({ id: 'ada', email: 'ada@example.com' })
  await Seat.find(12)
  await Country.findOrFail('NL')
  await User.find('1')
  await User.find({ id: '1' })

  // @ts-expect-error: the key is text
  await Author.find(42)
  // @ts-expect-error: the key is a number
  await Seat.find('12')
  // @ts-expect-error: a parameter may be missing
  await Author.findOrFail(parameters['id'])
  // @ts-expect-error: null is no key, without `as const` either
  await User.find(null)
  // @ts-expect-error: Author has no slug
  await Author.find({ slug: 'ada' })
  // @ts-expect-error: a list of keys
  await Author.findMany('ada')
}

export async function selections(): Promise<void> {
  const [row] = await Author.query().select('id', 'age').get()
  if (row === undefined) return
  type _Narrow = Expect<
    Equal<
      Flat<Omit<typeof row, keyof Author | 'articles' | 'card' | 'rivals'>>,
      { id: string; age?: number | null | undefined }
    >
  >
  await row.update({ age: 1 })
  const [listed] = await Author.query().select(['name', 'createdAt']).where('email', 'x').get()
  listed?.createdAt.getDate()
  const [with_] = await Author.query().with('articles').select('name').get()
  with_?.articles[0]?.title.trim()
  const [after] = await Author.query().select('name').with('card').get()
  after?.card?.phone?.trim()

  // @ts-expect-error: email was not read
  row.email
  // @ts-expect-error: email was not read
  with_?.email
  // @ts-expect-error: emial is no attribute
  Author.query().select('emial')
  // @ts-expect-error: emial is no attribute
  Author.query().select(['name', 'emial'])
  // @ts-expect-error: without `as const` either
  User.query().select('emial')
  const [loose] = await User.query().select('name').get()
  // @ts-expect-error: email was not read
  loose?.email
}

export async function relations(): Promise<void> {
  const [author] = await Author.query().with('articles', 'card').get()
  if (author === undefined) return
  type _Loaded = [
    Expect<Equal<typeof author.articles, Row<typeof Article>[]>>,
    Expect<Equal<typeof author.card, Row<typeof Card> | null>>,
  ]
  const byName = await Author.with('rivals').first()
  type _ByName = Expect<Equal<NonNullable<typeof byName>['rivals'], any[]>>
  const tag = await Tag.with('article').first()
  tag?.article?.title.trim()
  const user = await User.with('posts').first()
  user?.posts.any.value
  const article = await Article.query().where('views', 1).with('author').limit(1).first()
  article?.author?.greeting()

  // @ts-expect-error: articels is no relation
  Author.query().with('articels')
  // @ts-expect-error: without `as const` either
  User.with('post')
  // @ts-expect-error: an attribute is no relation
  Author.with('name')
  const plain = await Author.findOrFail('ada')
  // @ts-expect-error: nobody asked for the articles
  plain.articles[0]
  // @ts-expect-error: there may be no card
  author.card.phone
  // @ts-expect-error: titel is no attribute of what was loaded
  author.articles[0]?.titel
}

export async function pages(): Promise<void> {
  const page = await Author.query().paginate(10, 1)
  const cursor = await Author.query().cursorPaginate(null, 10)
  type _ = [Expect<Equal<typeof page, Page<AuthorRecord>>>, Expect<Equal<typeof cursor, CursorPage<AuthorRecord>>>]
  for await (const author of Author.query()) author.name.trim()
  await Author.query()
    .select('name')
    .each((row) => row.name.trim())
  await Author.query().chunk(10, (rows) => rows.map((row) => row.email))

  // @ts-expect-error: the first page has no cursor before it
  cursor.prevCursor.length
  // @ts-expect-error: email was not read
  for await (const row of Author.query().select('name')) row.email
}

/** Builders are immutable: a method gives another one, and says nothing new of the one before. */
export async function builders(connection: Connection): Promise<void> {
  const all = Author.query()
  const named = all.where('name', 'Ada')
  const loaded = named.with('articles')
  type _ = [Expect<Equal<typeof named, Query<typeof Author>>>, Expect<Equal<typeof all, Query<typeof Author>>>]
  const [row] = await named.get()
  // @ts-expect-error: the relation is asked for by the other builder
  row?.articles[0]
  await loaded.first()
  // @ts-expect-error: a method cannot be put in the place of another
  all.where = named.where

  // A model on a connection is the same model.
  const bound = Author.on(connection)
  type _Bound = Expect<Equal<typeof bound, typeof Author>>
  const model: ModelClass = bound
  await model.count()
  // @ts-expect-error: titel is no attribute on any connection
  Author.on(connection).where('titel', 'x')
  // @ts-expect-error: a connection, not a region
  Author.on('us-east-1')
  await Everything.on(connection).where('flag', true).get()
}
