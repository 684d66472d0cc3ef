import { type CreateInput, DynamoDBModel, type RecordOf, type Row } from 'dynamodb-tooling'
import type { Equal, Expect, Flat } from './assert.js'
import { Article, Author, Country, Everything, Note, Seat, Tag } from './models.js'
import { User } from './sample.js'

export type AuthorInput = Expect<
  Equal<
    Flat<CreateInput<typeof Author>>,
    {
      email: string
      name: string
      id?: string | undefined
      age?: number | null | undefined
      createdAt?: Date | string | undefined
      updatedAt?: Date | string | undefined
      deletedAt?: Date | string | undefined
    }
  >
>
export type CountryInput = Expect<Equal<Flat<CreateInput<typeof Country>>, { id: number; code?: string | undefined }>>
export type SeatInput = Expect<
  Equal<Flat<CreateInput<typeof Seat>>, { number: number; row?: string | null | undefined }>
>
export type NoteInput = Expect<Equal<Flat<CreateInput<typeof Note>>, { text: string; id?: string | undefined }>>

export async function creates(): Promise<void> {
  const author = await Author.create({ email: 'ada@example.com', name: 'Ada' })
  type _Made = Expect<Equal<typeof author, Row<typeof Author>>>
  await Author.create({ id: 'ada', email: 'ada@example.com', name: 'Ada', age: null })
  await Author.batchCreate([{ email: 'ada@example.com', name: 'Ada' }])
  await Tag.create({ label: 'new', color: undefined })
  const draft = Author.make({ name: 'not saved yet' })
  type _Draft = Expect<Equal<typeof draft, Row<typeof Author>>>

  // What each type takes.
  await Everything.create({
    text: 'text',
    number: 0.5,
    flag: true,
    at: '2026-01-31T12:00:00Z',
    list: [1, 'two', null] as const,
    map: { nested: { deep: [1] } },
    words: new Set(['a']),
    numbers: new Set([1]),
    bytes: new Uint8Array(1),
    big: 10n,
    exact: 10n,
    json: { any: ['thing'] },
    any: 1,
    level: 3,
    cents: '9.99',
    stock: '42',
    nickname: null,
  })

  // Without `as const` the names alone.
  await User.create({ email: 'ada@example.com', name: 'Ada', age: 36 })
  await User.create({ name: 42 })

  // @ts-expect-error: name is required
  await Author.create({ email: 'ada@example.com' })
  // @ts-expect-error: name is required in every row
  await Author.batchCreate([{ email: 'ada@example.com' }])
  // @ts-expect-error: emial is no attribute
  await Author.create({ email: 'ada@example.com', name: 'Ada', emial: 'x' })
  // @ts-expect-error: emial is no attribute, without `as const` either
  await User.create({ emial: 'x' })
  // @ts-expect-error: an age is a number
  await Author.create({ email: 'ada@example.com', name: 'Ada', age: '36' })
  // @ts-expect-error: what is required is never null
  await Author.create({ email: 'ada@example.com', name: null })
  // @ts-expect-error: a key is left out or given, never null
  await Author.create({ id: null, email: 'ada@example.com', name: 'Ada' })
  // @ts-expect-error: a relation is no attribute
  await Author.create({ email: 'ada@example.com', name: 'Ada', articles: [] })
  // @ts-expect-error: green is no color
  await Tag.create({ label: 'x', color: 'green' })
  // @ts-expect-error: what has a default is never null
  await Tag.create({ label: 'x', color: null })
  // @ts-expect-error: only the missing key of text is made, not that of a number
  await Seat.create({ row: 'A' })
  // @ts-expect-error: Country has a key of another name; its id is required
  await Country.create({ code: 'EU' })
  // @ts-expect-error: an element of `words` is text
  await Everything.create({ cents: 1, words: new Set([1]) })
  // @ts-expect-error: 4 is no level
  await Everything.create({ cents: 1, level: 4 })
  // @ts-expect-error: a bigint is no number
  await Everything.create({ cents: 1, big: 1 })
  // @ts-expect-error: the cast takes numbers and text
  await Everything.create({ cents: true })
  // @ts-expect-error: a list is no set
  await Everything.create({ cents: 1, words: ['a'] })
  // @ts-expect-error: Card keeps no timestamps, Note neither
  await Note.create({ text: 'x', createdAt: new Date() })
  // @ts-expect-error: the base class is no model
  await DynamoDBModel.create({ email: 'ada@example.com' })
}

declare const input: { readonly title?: string }

export async function updates(article: RecordOf<typeof Article>, user: RecordOf<typeof User>): Promise<void> {
  await article.update({ title: 'x', body: null, views: 1 })
  await article.update({ body: undefined })
  article.fill({ status: 'published' }).forceFill({})
  await user.update({ age: 'any value' })

  // @ts-expect-error: titel is no attribute
  await article.update({ titel: 'x' })
  // @ts-expect-error: a title is text
  await article.update({ title: 1 })
  // @ts-expect-error: what is required is never null
  await article.update({ title: null })
  // @ts-expect-error: undefined would take away what is required
  await article.update({ title: input.title })
  // @ts-expect-error: undefined would take away what has a default
  await article.update({ status: undefined })
  // @ts-expect-error: archived is no status
  article.fill({ status: 'archived' })
  // @ts-expect-error: agee is no attribute
  user.fill({ agee: 1 })
  // @ts-expect-error: agee is no attribute
  Author.make({ agee: 1 })
  // @ts-expect-error: a cast is for an attribute
  Article.setCasts({ titel: 'string' })
}
