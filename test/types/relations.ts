import type { Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'
import { Article, Author, Card } from './models.js'
import { User } from './sample.js'

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

/** What the relation gives is not demanded; what else a row must have is. */
export async function written(author: Row<typeof Author>, card: Row<typeof Card>): Promise<void> {
  await author.articles().createMany([{ title: 'A' }, { title: 'B', authorId: author.id }])
  author.articles().make({ body: 'x' })
  await author.card().create()
  await author.related('articles').create({ title: 'A' })

  // @ts-expect-error: an article must have a title
  await author.articles().create({})
  // @ts-expect-error: an article must have a title
  await author.articles().create()
  // @ts-expect-error: each of them
  await author.articles().createMany([{ title: 'A' }, { body: 'x' }])
  const article = await Article.findOrFail('a')
  article.related('author').associate(author)
  // @ts-expect-error: it looks like an author, and is none
  article.author().associate({ id: 'a', email: 'a@b.c', name: 'A' })
  // @ts-expect-error: a card is no author
  article.related('author').associate(card)
  // @ts-expect-error: artilces is no relation
  author.related('artilces')
}

/** Paths are known to the last relation, as far as their models are. */
export async function paths(author: Row<typeof Author>): Promise<void> {
  const one = await Author.query().with('articles.author.card', 'card').first()
  one?.articles[0]?.author?.card?.phone?.trim()
  const two = await Author.with({
    'articles.author': (query) => query.where('name', 'Ada'),
    card: (query) => query.whereNotNull('phone'),
    articles: true,
  }).first()
  two?.articles[0]?.author?.name.trim()
  Author.query()
    .has('articles.author', '>=', 2)
    .whereHas('articles.author', (query) => query.where('age', 3))
  Author.query().with('rivals.anything').with(['articles', 'card'])
  User.query()
    .with('posts.anything')
    .with({ 'posts.anything': true, profile: (query) => query.where('x', 1) })
  const loaded = await author.load({ 'articles.author': (query) => query.where('age', '>', 3) })
  loaded.articles[0]?.author?.name.trim()
  const many = await Author.load([author], 'articles', (query) => query.where('title', 'x'))
  many[0]?.articles[0]?.title.trim()
  await Author.loadMissing([author], { 'articles.author': true })

  // @ts-expect-error: an article has no writer
  Author.query().with('articles.writer')
  // @ts-expect-error: an article has no writer
  Author.with('card', 'articles.writer')
  // @ts-expect-error: an author has no crad
  Author.query().with('articles.author.crad')
  // @ts-expect-error: an article has no writer
  Author.query().with('articles.writer', (query) => query)
  // @ts-expect-error: an article has no writer
  Author.with({ 'articles.writer': true })
  // @ts-expect-error: an author has no crad
  Author.query().with({ crad: true })
  // @ts-expect-error: an author has no title
  Author.query().with({ 'articles.author': (query) => query.where('title', 'x') })
  // @ts-expect-error: an article has no writer
  await author.load('articles.writer')
  // @ts-expect-error: an author has no title
  await author.load('articles.author', (query) => query.where('title', 'x'))
  // @ts-expect-error: an article has no writer
  Author.query().whereHas('articles.writer')
  // @ts-expect-error: an article has no writer
  Author.has('articles.writer')
  // @ts-expect-error: an article has no writer
  Author.query().withWhereHas('articles.writer')
}

/** Numbers and conditions of related rows are of their attributes. */
export async function asked(): Promise<void> {
  const sums = await Author.query()
    .withSum('articles', 'views')
    .withAvg('articles', 'views')
    .withMax('articles', 'title')
    .get()
  sums[0]?.articlesSumViews.toFixed()
  sums[0]?.articlesAvgViews?.toFixed()
  ;(await Author.withSum('articles', 'views').first())?.articlesSumViews.toFixed()
  Author.query().withSum('rivals', 'anything')
  Author.query().whereRelation('articles', 'views', '>', 3).whereRelation('articles', 'status', 'draft')
  Author.whereRelation('articles.author', 'age', 'between', [1, 3]).whereRelation('articles', 'status', 'in', ['draft'])
  Author.query().whereRelation('rivals', 'anything', '>', 3)

  // @ts-expect-error: a title is no number
  Author.query().withSum('articles', 'title')
  // @ts-expect-error: an article has no veiws
  Author.query().withAvg('articles', 'veiws')
  // @ts-expect-error: a title is no number
  Author.withAvg('articles', 'title')
  // @ts-expect-error: an article has no veiws
  Author.query().withMax('articles', 'veiws')
  // @ts-expect-error: an article has no veiws
  Author.query().whereRelation('articles', 'veiws', 3)
  // @ts-expect-error: views are a number
  Author.query().whereRelation('articles', 'views', 'many')
  // @ts-expect-error: a number has no beginning
  Author.query().whereRelation('articles', 'views', 'begins_with', '1')
  // @ts-expect-error: a status is one of two
  Author.whereRelation('articles', 'status', '=', 'gone')
}
