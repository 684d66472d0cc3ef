import { DynamoDBModel } from 'dynamodb-tooling'
import { expect, test } from 'vitest'
import { QueryBuilder } from '../../../src/query/index.js'

/** Methods with which no query begins, and what is not for users. */
const WITHIN = ['constructor', 'derive', 'evolve', 'hasTest', 'sk', 'projected', 'expectVersion']

test('every method of queries is a static of models, or listed as one that begins no query', () => {
  const names = new Set<string>()
  for (let at: object = QueryBuilder.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  expect(names.size).toBeGreaterThan(100)
  const begins = (name: string): boolean => !WITHIN.includes(name) && !/^orWhere./.test(name)
  expect([...names].filter((name) => !(name in DynamoDBModel) && begins(name))).toEqual([])
  expect(WITHIN.filter((name) => name !== 'constructor' && name in DynamoDBModel)).toEqual([])
})
