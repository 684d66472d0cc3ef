import type { Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'
import { Article, Author } from './models.js'

/** A relation that was not read is a query, and can be awaited. */
export async function handles(): Promise<void> {
  const author = await Author.findOrFail('ada')
  const articles = await author.articles().where('title', 'x').get()
  const awaited = await author.articles
  const card = await author.card
  const made = await author.articles().create({ title: 'A' })
  type _ = [
    Expect<Equal<typeof articles, Row<typeof Article>[]>>,
    Expect<Equal<typeof awaited, Row<typeof Article>[]>>,
    Expect<Equal<typeof made, Row<typeof Article>>>,
  ]
  card?.phone?.trim()
  const article = await Article.findOrFail('a')
  article.author().associate(author)
  const writer = await article.author
  writer?.name.trim()

  // @ts-expect-error: titel is no attribute of an article
  author.articles().where('titel', 'x')
  // @ts-expect-error: an article has no such attribute
  await author.articles().create({ titel: 'A' })
  // @ts-expect-error: a card is no author
  article.author().associate(card)
}

/** A relation that was read is a value, and no query any more. */
export async function read(): Promise<void> {
  const author = await Author.query().with('articles').first()
  author?.articles[0]?.title.trim()
  const card = await author?.card
  card?.phone?.trim()

  // @ts-expect-error: the articles are there; related('articles') is the query
  author?.articles()
}

/** Relations can be read later, of one record or of many. */
export async function later(plain: Row<typeof Author>): Promise<void> {
  const author = await plain.load('articles', 'card')
  author.articles[0]?.title.trim()
  author.card?.phone?.trim()
  const listed = await Author.load(await Author.all(), 'articles')
  listed[0]?.articles[0]?.title.trim()
  const missing = await plain.loadMissing({ articles: (query) => query.latest() })
  missing.articles[0]?.title.trim()

  // @ts-expect-error: articels is no relation
  await plain.load('articels')
  // @ts-expect-error: articels is no relation
  await Author.load([plain], 'articels')
}
