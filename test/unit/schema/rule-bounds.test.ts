import { schema } from '@stacksjs/ts-validation'
import { type AttributeOptions, defineModel } from 'dynamodb-tooling'
import { expect, test } from 'vitest'
import { type AttributeSchema, boundedAttribute, entitySchemaOf } from '../../../src/schema/index.js'

test.each<[AttributeOptions, Partial<AttributeOptions>]>([
  [{ type: 'string', validation: 'required|email' }, { format: 'email' }],
  [
    { type: 'string', validation: 'min:3|max:5' },
    { minLength: 3, maxLength: 5 },
  ],
  [
    { type: 'number', validation: 'between:3,5' },
    { min: 3, max: 5 },
  ],
  [
    { type: 'list', validation: ['size:2'] },
    { minLength: 2, maxLength: 2 },
  ],
  [{ type: 'number', validation: 'in:1,2' }, { enum: [1, 2] }],
  [{ type: 'bigint', validation: 'in:1,2' }, { enum: [1n, 2n] }],
  [
    { type: 'string', validation: schema.string().min(3).max(9).email() },
    { minLength: 3, maxLength: 9, format: 'email' },
  ],
  [{ type: 'string', validation: { rule: schema.enum(['a', 'b']) } }, { enum: ['a', 'b'] }],
  [{ type: 'number', validation: schema.number().min(3) }, { min: 3 }],
  [{ type: 'number', min: 4, validation: 'min:3' }, { min: 4 }],
  [{ type: 'string', validation: [() => true] }, { validate: expect.any(Function) as never }],
])('what the rules of %o say as options', (options, bounds) => {
  const { validation, ...rest } = options
  const attribute = entitySchemaOf(defineModel({ name: 'Thing', attributes: { it: options } })).attribute.get('it')
  expect(boundedAttribute(attribute as AttributeSchema).options).toEqual({ ...rest, validation, ...bounds })
})
