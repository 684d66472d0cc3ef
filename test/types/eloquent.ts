import type { Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'
import { Article, Author } from './models.js'

type AuthorRecord = Row<typeof Author>

/** What Eloquent has, typed as the rest is. */
export async function eloquent(author: AuthorRecord): Promise<void> {
  const query = Author.query()
  const keyed = await Author.whereKey(['ada']).whereKeyNot('grace').get()
  const sole = await query.soleValue('age')
  const email = await Author.valueOrFail('email')
  const either = await query.where('name', 'Ada').orWhereNull('age').orWhereIn('name', ['Bo']).first()
  const dated = await query.orWhereDate('createdAt', '>=', '2026-01-01').orWhereNot('age', '>', 3).count()
  const there = await query.existsOr(() => 0)
  const kept = await Author.withoutTimestamps(() => author.update({ name: 'Ada' }))
  type _ = [
    Expect<Equal<typeof keyed, AuthorRecord[]>>,
    Expect<Equal<typeof sole, number | null>>,
    Expect<Equal<typeof email, string>>,
    Expect<Equal<typeof either, AuthorRecord | null>>,
    Expect<Equal<typeof dated, number>>,
    Expect<Equal<typeof there, true | number>>,
    Expect<Equal<typeof kept, AuthorRecord>>,
    Expect<Equal<typeof author.exists, boolean>>,
    Expect<Equal<typeof author.wasRecentlyCreated, boolean>>,
  ]
  // @ts-expect-error: Author has no phone
  query.orWhereNull('phone')
  // @ts-expect-error: an age is a number
  query.orWhereIn('age', ['old'])
  // @ts-expect-error: a name is no date
  query.orWhereDate('name', '2026-01-01')
  // @ts-expect-error: a list of lists is no key
  query.whereKey([['ada']])
  // @ts-expect-error: the types know that there is no SQL
  query.toSql()
  // @ts-expect-error: records are said to be new by what wrote them
  author.wasRecentlyCreated = true
  // @ts-expect-error: a query creates nothing
  query.create({})
  // @ts-expect-error: rows of a hasMany are not attached
  author.articles().attach('1')
  // @ts-expect-error: titles are no range of numbers
  Article.query().orWhereBetween('title', 1, 2)
}
