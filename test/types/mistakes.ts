import { configure, type DynamoDBConfig, isThrottlingError, type RecordOf } from 'dynamodb-tooling'
import { Article, Author, Everything, Tag } from './models.js'

/** The mistakes that people make most, one each. Every line below is refused for the reason above it. */
export async function mistakes(
  author: RecordOf<typeof Author>,
  parameters: Record<string, string>,
  thrown: unknown,
): Promise<void> {
  // @ts-expect-error 1: an attribute misspelled in a condition
  await Article.where('titel', 'x').get()
  // @ts-expect-error 2: an attribute misspelled in an object of conditions
  await Article.where({ titel: 'x' }).get()
  // @ts-expect-error 3: an attribute misspelled in an order
  await Article.query().orderBy('createdat').get()
  // @ts-expect-error 4: an attribute misspelled in a selection
  await Article.query().select('titel').get()
  // @ts-expect-error 5: a relation misspelled
  await Author.query().with('article').get()
  // @ts-expect-error 6: a value of another type in a condition
  await Article.where('views', '10').get()
  // @ts-expect-error 7: a value that an enum does not know
  await Article.where('status', 'archived').get()
  // @ts-expect-error 8: an operator that does not exist
  await Article.where('title', 'like', '%x%').get()
  // @ts-expect-error 9: an operator that the type cannot do
  await Article.where('views', 'begins_with', '1').get()
  // @ts-expect-error 10: an order of what has none
  await Everything.where('flag', '<', true).get()
  // @ts-expect-error 11: one value where a list is needed
  await Article.query().whereIn('status', 'draft').get()
  // @ts-expect-error 12: a range with one end
  await Article.where('views', 'between', [1]).get()
  // @ts-expect-error 13: a place inside something that has no inside
  await Article.where('title.first', 'x').get()
  // @ts-expect-error 14: a required attribute forgotten
  await Author.create({ email: 'ada@example.com' })
  // @ts-expect-error 15: an attribute misspelled in what is created
  await Author.create({ email: 'ada@example.com', name: 'Ada', agee: 36 })
  // @ts-expect-error 16: a value of another type in what is created
  await Author.create({ email: 'ada@example.com', name: 'Ada', age: '36' })
  // @ts-expect-error 17: null for what is required
  await author.update({ name: null })
  // @ts-expect-error 18: an attribute misspelled in a change
  await author.update({ nmae: 'Ada' })
  // @ts-expect-error 19: undefined for what is required
  await author.update({ name: parameters['name'] })
  // @ts-expect-error 20: a value of another type assigned
  author.age = '36'
  // @ts-expect-error 21: a row that may not be there
  ;(await Author.find('ada')).name
  // @ts-expect-error 22: a first row that may not be there
  ;(await Author.query().first()).name
  // @ts-expect-error 23: a value that may be missing
  author.age.toFixed()
  // @ts-expect-error 24: an attribute that was not selected
  ;(await Author.query().select('name').get())[0]?.email
  // @ts-expect-error 25: a relation that was not loaded
  author.articles
  // @ts-expect-error 26: a relation of one that may not be there
  ;(await Article.with('author').first())?.author.name
  // @ts-expect-error 27: a key of another type
  await Author.find(42)
  // @ts-expect-error 28: a key that may be missing
  await Author.findOrFail(parameters['id'])
  // @ts-expect-error 29: a record used before it was awaited
  Tag.find('new').label
  // @ts-expect-error 30: an element of another type in a set
  await Everything.where('words', 'contains', 1).get()
  // @ts-expect-error 31: a change to what the types know to be a Date, as text
  author.createdAt = '2026-01-31'
  // @ts-expect-error 32: a key of the config misspelled
  configure({ defaultTable: 'MyApp' } satisfies DynamoDBConfig)
  // @ts-expect-error 33: an error read without a look at what it is
  if (!isThrottlingError(thrown)) thrown.code
  // @ts-expect-error 34: values given to new
  void new Author({ email: 'a@example.com' })
}
