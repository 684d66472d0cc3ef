import { Article, Author, Everything, Tag } from './models.js'
import { User } from './sample.js'

/** Conditions that hold water. */
export function good(): unknown[] {
  const articles = Article.query()
  const every = Everything.query()
  return [
    Article.where('title', 'x'),
    Article.where('views', '>=', 10),
    Article.where({ title: 'x', status: 'draft' }),
    Article.where((query) => query.where('views', 1).orWhere('views', 2)),
    Tag.where('color', 'red'),
    articles.where('body', null).orWhere('body', '!=', null),
    articles.where('status', 'in', ['draft', 'published']).where('views', 'not in', [1, 2]),
    articles.where('views', 'between', [1, 2]).where('title', 'not between', ['a', 'b']),
    articles.where('title', 'begins_with', 'The ').where('title', 'contains', 'and').where('title', 'size', 3),
    articles.where('status', 'begins_with', 'd').where('title', 'size', '>=', 3),
    articles.where('body', 'exists', true).andWhere('body', 'not exists', undefined),
    articles.where({ views: 1 }).andWhere((query) => query.where('title', 'a').orWhere({ title: 'b' })),
    articles.where('createdAt', '<', new Date()).where('createdAt', '>', '2026-01-31'),
    articles.where('createdAt', 'begins_with', '2026-01').whereBeginsWith('updatedAt', '2026'),
    articles.whereNot('status', 'draft').whereIn('views', [1, 2]).whereNotIn('title', ['x']),
    articles.whereBetween('views', 1, 2).whereNotBetween('views', [1, 2]).whereNull('body').whereNotNull('body'),
    articles.whereContains('title', 'x').whereNotContains('title', 'y').whereExists('body').whereNotExists('body'),
    articles.orderBy('views').orderBy('title', 'desc').orderByDesc('createdAt').latest().oldest('updatedAt'),
    every.where('map.city', 'Paris').where('list[0]', 1).where('any.deep.list[3].x', '>', 1).whereExists('map.a.b'),
    every.where('flag', true).where('flag', '!=', false).where('big', '>', 10n).where('exact', '<=', '0.10'),
    every.where('words', 'contains', 'a').whereContains('numbers', 1).where('words', 'size', 2),
    every.where('at', 'between', [new Date(0), '2026-01-31']).where('bytes', 'begins_with', new Uint8Array(1)),
    every.where('cents', '>', '9.99').where('level', 3),
    // Keys as they are stored.
    articles.where('pk', 'ARTICLE#1').where('sk', 'begins_with', 'ARTICLE#').whereBetween('gsi1sk', 'A', 'B'),
    articles.pk('ARTICLE#1').sk('between', ['A', 'B']),
    // Without `as const` the names, any operator and any value.
    User.where('age', '>', 'x').where('age.deep', 1).where({ name: 1 }).orderBy('email'),
  ]
}

export function unknownAttributes(): unknown[] {
  const articles = Article.query()
  return [
    // @ts-expect-error: titel is no attribute
    Article.where('titel', 'x'),
    // @ts-expect-error: titel is no attribute
    articles.where('titel', 'x'),
    // @ts-expect-error: titel is no attribute
    articles.where('titel', '>', 'x'),
    // @ts-expect-error: titel is no attribute
    articles.where({ titel: 'x' }),
    // @ts-expect-error: titel is no attribute
    articles.orWhere({ title: 'x', titel: 'x' }),
    // @ts-expect-error: titel is no attribute
    articles.where((query) => query.where('titel', 'x')),
    // @ts-expect-error: titel is no attribute
    articles.whereIn('titel', ['x']),
    // @ts-expect-error: titel is no attribute
    articles.whereNull('titel'),
    // @ts-expect-error: titel is no attribute
    articles.orderBy('titel'),
    // @ts-expect-error: titel is no attribute
    articles.orderByDesc('titel'),
    // @ts-expect-error: Article is never soft-deleted
    articles.where('deletedAt', new Date()),
    // @ts-expect-error: a relation is no attribute
    articles.where('author', 'x'),
    // @ts-expect-error: without `as const` either
    User.query().where('emial', 'x'),
    // @ts-expect-error: without `as const` either
    User.query().orderBy('emial'),
    // @ts-expect-error: text has no inside
    articles.where('title.first', 'x'),
    // @ts-expect-error: a set has no first element
    Everything.query().where('words[0]', 'x'),
    // @ts-expect-error: there is nothing called tree
    Everything.query().where('tree.leaf', 'x'),
  ]
}

export function wrongValues(): unknown[] {
  const articles = Article.query()
  const every = Everything.query()
  return [
    // @ts-expect-error: views are a number
    articles.where('views', '10'),
    // @ts-expect-error: views are a number
    Article.where('views', '10'),
    // @ts-expect-error: views are a number
    articles.where('views', '>=', '10'),
    // @ts-expect-error: views are a number
    articles.where({ views: '10' }),
    // @ts-expect-error: archived is no status
    articles.where('status', 'archived'),
    // @ts-expect-error: archived is no status
    articles.whereIn('status', ['draft', 'archived']),
    // @ts-expect-error: undefined matches nothing; whereNull asks for what is not there
    articles.where('title', undefined),
    // @ts-expect-error: nothing is less than null
    articles.where('views', '<', null),
    // @ts-expect-error: `in` needs a list
    articles.where('views', 'in', 1),
    // @ts-expect-error: a list of numbers
    articles.where('views', 'in', ['1']),
    // @ts-expect-error: `between` needs a pair
    articles.where('views', 'between', 1),
    // @ts-expect-error: a pair has two
    articles.where('views', 'between', [1]),
    // @ts-expect-error: a pair has two
    articles.where('views', 'between', [1, 2, 3]),
    // @ts-expect-error: a pair of numbers
    articles.where('views', 'between', ['1', '2']),
    // @ts-expect-error: two ends
    articles.whereBetween('views', 1),
    // @ts-expect-error: no end is null
    articles.whereBetween('views', 1, null),
    // @ts-expect-error: text begins with text
    articles.where('title', 'begins_with', 1),
    // @ts-expect-error: a size is a number
    articles.where('title', 'size', '3'),
    // @ts-expect-error: an element of numbers is a number
    every.where('numbers', 'contains', 'x'),
    // @ts-expect-error: an element of words is text
    every.whereContains('words', 1),
    // @ts-expect-error: a date is no number
    every.where('at', '>', 1),
    // @ts-expect-error: keys are text
    articles.where('pk', 1),
    // @ts-expect-error: up is no direction
    articles.orderBy('views', 'up'),
    // @ts-expect-error: true is no number
    articles.limit('10'),
  ]
}

export function wrongOperators(): unknown[] {
  const articles = Article.query()
  const every = Everything.query()
  return [
    // @ts-expect-error: a number has no beginning
    articles.where('views', 'begins_with', 1),
    // @ts-expect-error: a number has no beginning
    Article.where('views', 'begins_with', '1'),
    // @ts-expect-error: a number has no beginning
    articles.whereBeginsWith('views', '1'),
    // @ts-expect-error: a number contains nothing
    articles.whereContains('views', 1),
    // @ts-expect-error: a number has no size
    articles.where('views', 'size', 1),
    // @ts-expect-error: a number has no size
    articles.where('views', 'size', '>', 1),
    // @ts-expect-error: true is not less than false
    every.where('flag', '<', true),
    // @ts-expect-error: nothing is between true and false
    every.whereBetween('flag', true, false),
    // @ts-expect-error: sets have no order
    every.where('words', '>', new Set(['a'])),
    // @ts-expect-error: maps have no order
    every.where('map', '<', {}),
    // @ts-expect-error: a list begins with nothing
    every.whereBeginsWith('list', 'x'),
    // @ts-expect-error: no operator of DynamoDB
    articles.where('title', 'like', '%x%'),
    // @ts-expect-error: a partition key takes an equal value or a beginning
    Author.where('sk', 'contains', 'x'),
  ]
}
