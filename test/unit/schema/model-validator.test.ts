import { DynamoDBModel, ValidationError } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { ModelValidator } from '../../../src/schema/index.js'

/** A validator for one attribute `it`. */
function validatorOf(options: object): ModelValidator {
  class Thing extends DynamoDBModel {
    attributes = { id: { type: 'string' }, it: options } as never
  }
  return new ModelValidator(Thing)
}
const rulesBroken = async (options: object, value: unknown): Promise<string[]> =>
  (await validatorOf(options).validate({ id: 'a', it: value })).violations.map((violation) => violation.rule)

const DAY = new Date('2026-01-31')

describe.each<[string, object, readonly unknown[], readonly unknown[]]>([
  ['required', { type: 'string', required: true }, ['', 'a'], [undefined, null]],
  ['type', { type: 'string' }, ['a', null, undefined], [1, true, {}, [], new Date()]],
  ['type', { type: 'number' }, [1, -0.5, null], ['1', 1n, true]],
  ['type', { type: 'boolean' }, [true, false], [0, 'true']],
  ['type', { type: 'date' }, [DAY, '2026-01-31'], [new Date('x'), 'soon', 5]],
  ['type', { type: 'list' }, [[]], [{}, 'a']],
  ['type', { type: 'map' }, [{}], [[], 'a']],
  ['type', { type: 'set' }, [new Set(['a'])], [['a']]],
  ['type', { type: 'binary' }, [new Uint8Array(1)], ['a', [1]]],
  ['type', { type: 'bigint' }, [1n], [1, '1']],
  ['type', { type: 'decimal' }, ['1.5', 1, 2n], [true, {}]],
  ['enum', { type: 'string', enum: ['a', 'b'] }, ['a', null], ['c', '']],
  ['min', { type: 'number', min: 3 }, [3, 4], [2.9, -3]],
  ['max', { type: 'number', max: 3 }, [3, -4], [3.1]],
  ['min', { type: 'bigint', min: 2n ** 60n }, [2n ** 60n], [2n ** 60n - 1n]],
  [
    'max',
    { type: 'decimal', max: '9007199254740992' },
    ['9007199254740992', 5],
    ['9007199254740993', '9007199254740992.1'],
  ],
  ['min', { type: 'decimal', min: '0.1' }, ['0.10', 1], ['0.0999999999999999999999999', '-1E+20']],
  ['max', { type: 'date', max: DAY }, [DAY, '2026-01-30'], ['2026-02-01', new Date('2027-01-01')]],
  ['value', { type: 'date' }, ['2026-01-31T12:00:00+02:00'], ['Jan 5', '2026-02-30', '2026-01-31 12:00']],
  ['value', { type: 'decimal' }, ['1E+20'], ['twelve', '1e999']],
  ['value', { type: 'number' }, [2 ** 53 - 1], [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]],
  ['value', { type: 'set' }, [new Set(['a'])], [new Set([1]), new Set()]],
  ['value', { type: 'list' }, [[null]], [[undefined], [() => 1]]],
  [
    'value',
    { type: 'number', cast: { get: Number, set: (value: { cents: number }) => value.cents } },
    [],
    ['no cents'],
  ],
  [
    'type',
    { type: 'number', cast: 'float' },
    ['1.5', ' 42 ', '1e3'],
    ['0.12345678901234567890', '9007199254740993', 'x', ''],
  ],
  ['minLength', { type: 'string', minLength: 2 }, ['ab', '😀b'], ['a', '😀', '']],
  ['maxLength', { type: 'string', maxLength: 2 }, ['ab', '😀😀'], ['abc']],
  ['minLength', { type: 'list', minLength: 1 }, [[1]], [[]]],
  ['maxLength', { type: 'set', maxLength: 1 }, [new Set(['a'])], [new Set(['a', 'b'])]],
  ['maxLength', { type: 'binary', maxLength: 1 }, [new Uint8Array(1)], [new Uint8Array(2)]],
  ['pattern', { type: 'string', pattern: /^a+$/g }, ['a', 'aa', 'a'], ['b', '', 'ab']],
  ['pattern', { type: 'string', pattern: '^a' }, ['ab'], ['ba']],
  ['format', { type: 'string', format: 'email' }, ['a@b.co'], ['a', 'a@b', 'a b@c.de', '@b.co']],
  ['format', { type: 'string', format: 'url' }, ['https://a.b/c'], ['a.b', '//a']],
  [
    'format',
    { type: 'string', format: 'uuid' },
    ['018f0d3c-5b1e-7c3a-9c6e-0123456789ab'],
    ['018f0d3c', 'x'.repeat(36)],
  ],
  ['format', { type: 'string', format: 'ipv4' }, ['127.0.0.1'], ['256.0.0.1', '1.2.3', '1.2.3.4.5']],
  ['format', { type: 'string', format: 'ipv6' }, ['::1'], ['1.2.3.4', ':::']],
  ['format', { type: 'string', format: 'slug' }, ['a-b-1'], ['-a', 'A', 'a--b']],
  ['validate', { type: 'number', validate: (value: number) => value % 2 === 0 }, [2], [1]],
  ['validate', { type: 'number', validate: async (value: number) => value > 1 || 'too small' }, [2], [1]],
  ['validate', { type: 'number', validate: () => Promise.reject(new TypeError('broken')) }, [], [1]],
])('%s of %o', (rule, options, good, bad) => {
  test.runIf(good.length > 0).each(good.map((value) => [value]))('takes %o', async (value) => {
    expect(await rulesBroken(options, value)).toEqual([])
  })
  test.each(bad.map((value) => [value]))('refuses %o', async (value) => {
    expect(await rulesBroken(options, value)).toEqual([rule])
  })
})

describe('the validator', () => {
  class User extends DynamoDBModel {
    attributes = {
      id: { type: 'string', required: true },
      email: { type: 'string', required: true, format: 'email', maxLength: 5 },
      age: { type: 'number', min: 0, validate: (age: number) => age !== 7 || 'age is 7' },
    } as const
  }

  test('names everything that is wrong at once', async () => {
    const { valid, errors } = await new ModelValidator(User).validate({ email: 'much too long', age: -1 })
    expect(valid).toBe(false)
    expect(Object.keys(errors)).toEqual(['id', 'email', 'age'])
    expect(errors['email']).toHaveLength(2)
    await expect(new ModelValidator(User).validateOrThrow({ age: 7 })).rejects.toThrow(ValidationError)
    await expect(new ModelValidator(User).validateOrThrow({ id: 'a', email: 'a@b.c', age: 7 })).rejects.toMatchObject({
      errors: { age: ['age is 7'] },
    })
  })

  test('keeps nothing from one use to the next', async () => {
    const validator = new ModelValidator(User)
    const good = { id: 'a', email: 'a@b.c' }
    for (const [data, valid] of [
      [good, true],
      [{}, false],
      [good, true],
    ] as const)
      expect((await validator.validate(data)).valid).toBe(valid)
  })

  test('checks only what it is asked to', () => {
    expect(new ModelValidator(User).violations({ age: -1 }, new Set(['email']))).toMatchObject([
      { attribute: 'email', rule: 'required' },
    ])
    expect(new ModelValidator(User).violations({ email: 'x' }, new Set([]))).toBeUndefined()
  })

  test('a schema that throws counts as failed; one with issues names them', async () => {
    const schemaOf = (validate: () => unknown) => ({
      type: 'string',
      schema: { '~standard': { version: 1, vendor: 'test', validate } },
    })
    expect(
      await rulesBroken(
        schemaOf(() => ({ value: 'a' })),
        'a',
      ),
    ).toEqual([])
    expect(
      await rulesBroken(
        schemaOf(() => ({ issues: [{ message: 'no' }, { message: 'never' }] })),
        'a',
      ),
    ).toEqual(['schema', 'schema'])
    const broken = () => {
      throw new TypeError('broken')
    }
    expect(await rulesBroken(schemaOf(broken), 'a')).toEqual(['schema'])
  })
})
