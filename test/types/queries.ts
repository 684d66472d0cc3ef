import type { Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'
import { Article, Author } from './models.js'
import { User } from './sample.js'

type AuthorRecord = Row<typeof Author>

export async function results(): Promise<void> {
  const query = Author.query()
  const emails = await query.pluck('email')
  const ages = await query.pluck('age')
  const byId = await query.pluck('age', 'id')
  const byDay = await query.pluck('name', 'createdAt')
  const status = await Article.query().distinct('status')
  const age = await query.value('age')
  const keyed = await query.keyBy('email')
  const groups = await query.with('articles').groupBy('age')
  const sole = await query.sole()
  const first = await query.firstOr(() => 0)
  const asked = await query.firstWhere('name', 'Ada')
  const found = await query.with('card').find('ada')
  const other = await query.findOr('ada', async () => 'nobody')
  const page = await query.simplePaginate(10)
  type _ = [
    Expect<Equal<typeof emails, string[]>>,
    Expect<Equal<typeof ages, (number | null)[]>>,
    Expect<Equal<typeof byId, Map<string, number | null>>>,
    Expect<Equal<typeof byDay, Map<string, string>>>,
    Expect<Equal<typeof status, ('draft' | 'published')[]>>,
    Expect<Equal<typeof age, number | null>>,
    Expect<Equal<typeof keyed, Map<string, AuthorRecord>>>,
    Expect<Equal<typeof sole, AuthorRecord>>,
    Expect<Equal<typeof first, AuthorRecord | number>>,
    Expect<Equal<typeof asked, AuthorRecord | null>>,
    Expect<Equal<typeof other, AuthorRecord | string>>,
    Expect<Equal<typeof page.data, AuthorRecord[]>>,
  ]
  groups.get(null)?.[0]?.articles[0]?.title.trim()
  found?.card?.phone?.trim()

  const named = await Author.firstWhere('name', 'Ada')
  const listed = await Author.pluck('age', 'email')
  const latest = await Author.latest().where('age', 3).first()
  type _Statics = [
    Expect<Equal<typeof named, AuthorRecord | null>>,
    Expect<Equal<typeof listed, Map<string, number | null>>>,
    Expect<Equal<typeof latest, AuthorRecord | null>>,
  ]
  // @ts-expect-error: an age is a number
  await Author.firstWhere('age', 'old')
  // @ts-expect-error: Author has no phone
  await Author.pluck('phone')
  // @ts-expect-error: the query may find nothing
  asked.name
  // @ts-expect-error: Author has no phone
  await query.pluck('phone')
  // @ts-expect-error: neither is it to group by
  await query.groupBy('phone')
  // @ts-expect-error: nor to key by
  await query.pluck('name', 'phone')
  // @ts-expect-error: a name is no number
  await query.firstWhere('name', 1)
  // Without `as const` names are known and values are anything.
  const names: string[] = await User.query().pluck('name')
  names.join()
  // @ts-expect-error: User has no nick
  await User.query().pluck('nick')
}

export async function conditions(): Promise<void> {
  const query = Author.query()
  query.whereDate('createdAt', '2026-01-31').whereDate('deletedAt', '<=', new Date())
  query.whereYear('createdAt', 2026).whereMonth('createdAt', '2026-01').whereMonth('updatedAt', '!=', 1)
  query.whereDay('createdAt', 31).whereTime('createdAt', '>', '09:30').whereToday('createdAt').whereFuture('updatedAt')
  query
    .whereNot('age', '>', 3)
    .whereNot({ name: 'Ada' })
    .whereNot((q) => q.where('age', 1).orWhere('age', 2))
  query.whereColumn('updatedAt', '>', 'createdAt').whereColumn('name', 'email')
  query.whereLike('name', 'a%').whereNotLike('name', '%a%')
  query.whereAny(['name', 'email'], 'contains', 'a').whereAll(['name', 'email'], 'x').whereNone(['age'], '>', 3)
  query.reorder().reorder('age', 'desc').forPage(2, 10).offset(3).addSelect('name')

  // @ts-expect-error: a name is no date
  query.whereDate('name', '2026-01-31')
  // @ts-expect-error: Author has no such date
  query.whereToday('born')
  // @ts-expect-error: dates are compared, not listed
  query.whereDate('createdAt', 'in', '2026-01-31')
  // @ts-expect-error: a number is no day
  query.whereDate('createdAt', 20260131)
  // @ts-expect-error: a number has no beginning
  query.whereLike('age', '1%')
  // @ts-expect-error: Author has no nick
  query.whereColumn('name', 'nick')
  // @ts-expect-error: two attributes are compared, not listed
  query.whereColumn('name', 'in', 'email')
  // @ts-expect-error: an age is a number
  query.whereNot('age', 'old')
  // @ts-expect-error: neither has any nick
  query.whereAny(['name', 'nick'], 'a')
  // @ts-expect-error: a number contains nothing
  query.whereAll(['age'], 'contains', 1)
}

declare const search: string | undefined

export async function conditional(): Promise<void> {
  const found = await Author.query()
    .when(search, (query, text) => query.where('name', text))
    .unless(search, (query) => query.where('age', '>', 3))
    .tap((query) => query.latest())
    .get()
  type _Rows = Expect<Equal<typeof found, AuthorRecord[]>>
  const [row] = await Author.query()
    .when(search, (query) => query.with('articles'))
    .get()
  if (row !== undefined && 'articles' in row) row.name.trim()
  // @ts-expect-error: a group returns its query
  Author.query().when(search, () => 'x')
  // @ts-expect-error: the text is there
  Author.query().when(search, (_query, text: number) => _query.where('age', text))
}

export function refused(): void {
  const query = Author.query()
  // @ts-expect-error: DynamoDB joins nothing
  query.join('posts', 'posts.userId', 'users.id')
  // @ts-expect-error: it has no random order
  query.inRandomOrder()
  // @ts-expect-error: it locks nothing
  query.where('name', 'Ada').lockForUpdate()
  // @ts-expect-error: conditions have placeholders only
  query.whereRaw('age > 3')
}

export async function statics(): Promise<void> {
  const counted = await Author.withSum('articles', 'views').first()
  const having = await Author.withWhereHas('articles').first()
  const chosen = await Author.select('name').first()
  const oldest = await Author.max('age')
  const byEmail = await Author.keyBy('email')
  type _ = [
    Expect<Equal<NonNullable<typeof counted>['articlesSumViews'], number>>,
    Expect<Equal<typeof oldest, number | null>>,
    Expect<Equal<typeof byEmail, Map<string, AuthorRecord>>>,
  ]
  having?.articles[0]?.title.trim()
  chosen?.name.trim()
  await Author.whereBetween('age', 1, 2).whereNot('name', 'x').withoutTrashed().get()
  // @ts-expect-error: ages are numbers
  Author.whereBetween('age', 'a', 'b')
  // @ts-expect-error: only the name was selected
  chosen?.email.trim()
  // @ts-expect-error: DynamoDB joins nothing
  Author.join('articles')
}
