import { Factory, type Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'
import { Article, Author } from './models.js'

type AuthorRecord = Row<typeof Author>

/** Factories know the attributes of their model, its relations and the states they were given. */
export async function factories(article: Row<typeof Article>): Promise<void> {
  const authors = Factory.define(Author, {
    definition: (faker, index) => ({ name: faker.person.fullName(), email: `a${index}@example.com` }),
    states: { old: { age: 80 }, named: ({ age }) => ({ name: `Of ${age ?? 0}` }) },
    afterMaking: (author) => author.email.toLowerCase(),
  })
  const made = await authors.count(3).state('old').states('named', 'old').create()
  const one = await Author.factory()
    .has('articles', 2)
    .createOne({ name: (values) => values.email ?? '' })
  const fake = Author.fake({ age: 3 })
  const unsaved = Factory.for(Author).sequence({ age: 1 }, { age: 2 }).make()
  const loose = await Factory.for('Author').count(2).state('whatever').create({ anything: 1 })
  await Factory.for(Article).for(Author.factory(), 'author').recycle(made).create({ authorId: Author.factory() })
  for await (const row of Factory.for(Author).count(5)) row.email.toLowerCase()
  type _ = [
    Expect<Equal<typeof made, AuthorRecord[]>>,
    Expect<Equal<typeof one, AuthorRecord>>,
    Expect<Equal<typeof fake, AuthorRecord>>,
    Expect<Equal<typeof unsaved, AuthorRecord[]>>,
  ]
  loose[0]?.['anything']
  // @ts-expect-error: Author has no phone
  void Factory.for(Author).create({ phone: '1' })
  // @ts-expect-error: an age is a number
  Author.factory().state({ age: 'old' })
  // @ts-expect-error: an age is a number
  Author.fake({ age: 'old' })
  // @ts-expect-error: there is no such state
  authors.state('young')
  // @ts-expect-error: Author has no such relation
  Author.factory().has('comments', 2)
  // @ts-expect-error: what is made of other values must fit, too
  Author.factory().override({ age: () => 'old' })
  // @ts-expect-error: a record is made of a model
  Factory.for(article)
  // @ts-expect-error: definitions fit their model
  Factory.define(Author, { definition: () => ({ age: 'old' }) })
  // @ts-expect-error: so do states
  Factory.define(Author, { states: { old: { age: 'old' } } })
}
