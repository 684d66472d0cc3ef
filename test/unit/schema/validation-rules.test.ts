import { schema } from '@stacksjs/ts-validation'
import { type } from 'arktype'
import { defineModel, ModelValidator, SchemaError, type Validation } from 'dynamodb-tooling'
import * as valibot from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'

type Kind = 'string' | 'number' | 'date' | 'list' | 'map' | 'boolean' | 'set' | 'any' | 'decimal'
function validatorOf(validation: Validation, kind: Kind = 'string', more: object = {}): ModelValidator {
  return new ModelValidator(
    defineModel({ name: 'Thing', attributes: { id: { type: 'string' }, it: { type: kind, validation, ...more } } }),
  )
}
const broken = async (validation: Validation, value: unknown, kind?: Kind): Promise<string[]> =>
  (await validatorOf(validation, kind).validate({ it: value })).violations.map(({ rule }) => rule)

describe.each<[string, Kind, readonly unknown[], readonly unknown[]]>([
  ['required', 'string', ['a'], [undefined, null, '', '  ']],
  ['required', 'list', [[1]], [[]]],
  [
    'email',
    'string',
    ['a@b.co', 'a.b+c@d.co', null],
    ['a', '', 'a@b', 'a..b@c.de', '.a@b.co', `${'a'.repeat(65)}@b.co`],
  ],
  [
    'url',
    'string',
    ['https://a.b/c', 's3://bucket/key'],
    ['a.b', 'javascript:alert(1)', 'https:///c', 'data:text/html,x'],
  ],
  ['date', 'date', [new Date(), '2026-01-31'], []],
  ['date', 'string', ['2024-02-29'], ['2026-02-29', '2026-13-01', '20260131']],
  [
    'datetime',
    'string',
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00+02:00'],
    ['2026-02-30T12:00:00Z', '2026-01-31T25:00:00Z'],
  ],
  ['min:5', 'string', ['abcde', '😀😀😀😀😀'], ['abcd']],
  ['min:5', 'number', [5, 5.1], [4.99]],
  ['min:5', 'decimal', ['5', '5.0'], ['4.99999999999999999999']],
  ['min:2', 'list', [[1, 2]], [[1]]],
  ['max:2', 'set', [new Set(['a'])], [new Set(['a', 'b', 'c'])]],
  ['min:5', 'any', [5, 'abcde'], [4, 'abcd']],
  ['between:1,3', 'number', [1, 3], [0, 4]],
  ['size:3', 'string', ['abc'], ['ab']],
  ['digits:4', 'string', ['0123'], ['123', '12a4', '１２３４']],
  ['in:a,b', 'string', ['a'], ['c', 'a,b', '']],
  ['in:1,2', 'number', [1], [3]],
  ['not_in:a,b', 'string', ['c'], ['a']],
  ['starts_with:a,b', 'string', ['ax', 'bx'], ['cx']],
  ['ends_with:z', 'string', ['az'], ['a']],
  ['after:2026-01-31', 'date', ['2026-02-01', new Date('2026-02-01')], ['2026-01-31', '2025-01-01']],
  ['before_or_equal:2026-01-31', 'date', ['2026-01-31'], ['2026-02-01']],
  ['regex:/^a,b$/i', 'string', ['A,B'], ['ab']],
  ['not_regex:/^a/', 'string', ['b'], ['a']],
  ['alpha', 'string', ['äß'], ['a1', '']],
  ['alpha_num', 'string', ['a1'], ['a-1']],
  ['alpha_dash', 'string', ['a-1_'], ['a b']],
  ['integer', 'number', [1, -2], [1.5]],
  ['accepted', 'boolean', [true], [false]],
  ['hex_color', 'string', ['#ff8800', '#f80'], ['ff8800', '#ff88001']],
  ['ip', 'string', ['127.0.0.1', '::1'], ['1.2.3']],
  ['json', 'string', ['{"a":1}'], ['{a}']],
  ['timezone', 'string', ['Europe/Berlin'], ['Nowhere/Else']],
  ['mac_address', 'string', ['00:1a:2b:3c:4d:5e'], ['00:1a:2b']],
  ['uuid', 'string', ['018f0d3c-5b1e-7c3a-9c6e-0123456789ab'], ['x']],
])('%s of a %s', (rule, kind, good, bad) => {
  const name = rule.replace(/:.*/s, '')
  test.each(good.map((value) => [value]))('V2: takes %o', async (value) => {
    expect(await broken([rule], value, kind)).toEqual([])
  })
  test.runIf(bad.length > 0).each(bad.map((value) => [value]))('V2: refuses %o', async (value) => {
    expect(await broken([rule], value, kind)).toEqual([name])
  })
})

test.each([
  ['required|emial', /"emial", which nobody can check/, /Did you mean "email"/],
  ['min', /"min", which is not complete/, /min:5/],
  ['min:a', /not complete/, /min:5/],
  ['between:1', /not complete/, /min:5/],
  ['in:', /nobody|not complete/, /./],
  ['regex:/(/', /not complete/, /regex/],
  ['email:rfc', /"email:rfc"|nobody can check/, /./],
  ['constructor', /nobody can check/, /./],
  ['__proto__:1', /nobody can check/, /./],
  ['exists', /not complete/, /exists:Team/],
  ['', /nobody can check/, /./],
  [[42 as never], /a rule that is no rule/, /min:5/],
  [{ rule: 'email', message: 5 as never }, /neither text/, /Too short/],
  [{ rules: 'email' } as never, /unknown option "rules"/, /"rule"/],
  [{ each: 'email' }, /is a string and has no elements/, /lists and sets/],
])('V2: a rule that cannot be checked is a fault of the definition: %o', (validation, message, hint) => {
  const caught = vi.fn<(error: unknown) => void>()
  try {
    validatorOf(validation)
  } catch (error) {
    caught(error)
  }
  const error = caught.mock.calls[0]?.[0]
  expect(error).toBeInstanceOf(SchemaError)
  expect(error).toMatchObject({ message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
})

test('V3: rules with | between them, each with its own violation', async () => {
  expect(await broken('required|email|min:5', 'a')).toEqual(['email', 'min'])
  expect(await broken('required | email', undefined)).toEqual(['required'])
  expect(await broken('nullable|email|max:3', null)).toEqual([])
  expect(await broken('bail|email|min:5', 'a')).toEqual(['email'])
  // In a list a rule is whole.
  expect(await broken(['regex:/^(a|b)$/', 'min:1'], 'b')).toEqual([])
})

describe('rule objects of ts-validation', () => {
  test('V4: each of its rules is one', async () => {
    const rule = schema.string().required().min(3).max(6).email()
    expect(await broken({ rule }, 'a')).toEqual(['min', 'email'])
    expect(await broken(rule, undefined)).toEqual(['required'])
    expect(await broken(rule, '')).toEqual(['required'])
    expect(await broken(schema.string().email(), '')).toEqual([])
    expect(await broken(rule, 'a@b.co')).toEqual([])
    expect((await validatorOf({ rule }).validate({ it: 'a@' })).errors).toEqual({
      it: ['it must be at least 3 characters long.', 'it must be a valid email address.'],
    })
  })

  test('V4: numbers, enums, dates and lists', async () => {
    expect(await broken(schema.number().min(3), 2, 'number')).toEqual(['min'])
    expect(await broken(schema.enum(['a', 'b']), 'c')).toEqual(['enum'])
    expect(await broken(schema.enum(['a', 'b']), 'b')).toEqual([])
    expect(await broken(schema.date(), '2026-01-31', 'date')).toEqual([])
    expect(await broken(schema.timestamp(), new Date(), 'date')).toEqual([])
    expect(await broken(schema.boolean(), true, 'boolean')).toEqual([])
    expect(await broken(schema.array().min(2), [1], 'list')).toEqual(['min'])
  })

  test('V4: an object that only says whether, and one that throws', async () => {
    expect(await broken({ validate: (value: string) => value === 'a' }, 'b')).toEqual(['validate'])
    expect(await broken({ validate: (value: string) => ({ valid: value === 'a' }) }, 'a')).toEqual([])
    const throws = {
      validate: (): boolean => {
        throw new TypeError('broken')
      },
    }
    expect(await broken(throws, 'a')).toEqual(['validate'])
    expect(await broken({ validate: () => 'yes' as never }, 'a')).toEqual(['validate'])
  })
})

test('V5: messages of the model, by rule, with the words of the rule', async () => {
  const validator = validatorOf({
    rule: 'required|min:3|in:abc,def',
    message: {
      min: ':attribute needs :min letters.',
      in: 'One of :values.',
      required: 'Say it.',
      type: 'Text, please.',
    },
  })
  expect((await validator.validate({ it: 'a' })).errors).toEqual({ it: ['it needs 3 letters.', 'One of abc, def.'] })
  expect((await validator.validate({})).errors).toEqual({ it: ['Say it.'] })
  expect((await validator.validate({ it: 5 })).errors).toEqual({ it: ['Text, please.'] })
  const stacks = { rule: schema.string().min(3), message: { min: 'At least :min.' } }
  expect((await validatorOf(stacks).validate({ it: 'a' })).errors).toEqual({ it: ['At least 3.'] })
  expect((await validatorOf({ rule: 'email', message: 'No.' }).validate({ it: 'a' })).errors).toEqual({ it: ['No.'] })
  const withOption = validatorOf({ message: { max: 'Up to :max.' } }, 'number', { max: 4 })
  expect((await withOption.validate({ it: 5 })).errors).toEqual({ it: ['Up to 4.'] })
})

describe('schemas and functions in the same place', () => {
  const address = { city: 'Ulm', zip: '1' }
  test.each([
    ['zod', z.object({ city: z.string(), zip: z.string().min(5) })],
    ['valibot', valibot.object({ city: valibot.string(), zip: valibot.pipe(valibot.string(), valibot.minLength(5)) })],
    ['arktype', type({ city: 'string', zip: 'string >= 5' })],
  ])('V1: %s says where inside a map', async (_, rule) => {
    const result = await validatorOf(rule, 'map').validate({ it: address })
    expect(result.violations).toMatchObject([{ attribute: 'it', path: 'it.zip', rule: 'schema' }])
    expect(Object.keys(result.errors)).toEqual(['it.zip'])
    expect(await broken(rule, { ...address, zip: '12345' }, 'map')).toEqual([])
  })

  test('V1: functions are told of the rest, and may take their time', async () => {
    const validator = new ModelValidator(
      defineModel({
        name: 'Range',
        attributes: {
          from: { type: 'number' },
          to: {
            type: 'number',
            validation: [
              'min:1',
              async (to, { data, attribute, model }) => to > data['from'] || `${model}.${attribute} < from`,
            ],
          },
        },
      }),
    )
    expect((await validator.validate({ from: 5, to: 3 })).errors).toEqual({ to: ['Range.to < from'] })
    expect((await validator.validate({ from: 5, to: 6 })).valid).toBe(true)
  })

  test('V1: a schema that gives nothing, or a list of no issues, is no success', async () => {
    const answering = (answer: unknown): Validation =>
      ({ '~standard': { version: 1, vendor: 'test', validate: () => answer } }) as never
    for (const answer of [undefined, null, true, { issues: [] }, { issues: 'no' }])
      expect(await broken(answering(answer), 'a')).toEqual(['schema'])
    expect(await broken(answering({ value: 'a' }), 'a')).toEqual([])
  })
})

test('V1: elements of lists and members of maps', async () => {
  const order = validatorOf(
    {
      rule: 'required',
      each: {
        fields: {
          sku: 'required|min:3',
          count: { rule: ['required', 'integer', 'min:1'], message: { min: 'At least :min of :attribute.' } },
          tags: { each: 'alpha' },
        },
      },
    },
    'list',
  )
  const good = { sku: 'abc', count: 1, tags: ['a'] }
  expect((await order.validate({ it: [good, { sku: 'abc', count: 2 }] })).valid).toBe(true)
  const { violations, errors } = await order.validate({
    it: [good, { sku: 'a', count: 0, tags: ['a', '1'] }, { count: 1 }, null],
  })
  expect(errors).toEqual({
    'it[1].sku': ['it[1].sku must be at least 3.'],
    'it[1].count': ['At least 1 of it[1].count.'],
    'it[1].tags[1]': ['it[1].tags[1] must hold letters only.'],
    'it[2].sku': ['it[2].sku is required.'],
  })
  expect(violations.every(({ attribute }) => attribute === 'it')).toBe(true)
  const map = validatorOf({ fields: { constructor: 'required' } }, 'map')
  expect(Object.keys((await map.validate({ it: {} })).errors)).toEqual(['it.constructor'])
})

describe('rules that answer later', () => {
  const slow: Validation = (_, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(true)
      })
    })

  test('V6: one that takes too long counts as failed, and is told to stop', async () => {
    expect((await validatorOf(slow).validate({ it: 'a' }, { timeoutMs: 5 })).errors).toEqual({
      it: ['it could not be checked within 5 ms.'],
    })
  })

  test('V6: a signal ends the wait', async () => {
    const stop = new AbortController()
    const validating = validatorOf(slow).validate({ it: 'a' }, { signal: stop.signal })
    const reason = new RangeError('enough')
    stop.abort(reason)
    await expect(validating).rejects.toBe(reason)
    await expect(validatorOf('email').validate({ it: 'a' }, { signal: stop.signal })).rejects.toBe(reason)
  })

  test('V6: an error of a rule is the cause of the failure', async () => {
    const failing: Validation = () => Promise.reject(new RangeError('no connection'))
    await expect(validatorOf(failing).validateOrThrow({ it: 'a' })).rejects.toMatchObject({
      code: 'VALIDATION.FAILED',
      violations: [{ rule: 'validate', message: 'it could not be checked: its validate function threw.' }],
      cause: { message: 'no connection' },
    })
  })
})

describe('which attributes, and how many violations', () => {
  const asked = vi.fn<() => boolean>(() => false)
  const User = defineModel({
    name: 'User',
    attributes: {
      id: { type: 'string' },
      name: { type: 'string', validation: 'required|min:3' },
      email: { type: 'string', validation: ['email', asked] },
      age: { type: 'number', min: 0, default: 5, required: true },
    },
  })
  const validator = new ModelValidator(User)
  const bad = { name: 'a', email: 'a', age: -1 }
  const rules = async (data: object, options: object): Promise<string[]> =>
    (await validator.validate(data as never, options)).violations.map(({ attribute, rule }) => `${attribute} ${rule}`)

  test('V7: only, except, and names nobody knows', async () => {
    expect(await rules(bad, {})).toEqual(['name min', 'email email', 'age min'])
    expect(await rules(bad, { only: ['email'] })).toEqual(['email email'])
    expect(await rules(bad, { except: ['email', 'age'] })).toEqual(['name min'])
    expect(await rules(bad, { only: ['email', 'age'], except: ['age'] })).toEqual(['email email'])
    await expect(validator.validate(bad, { only: ['emial'] })).rejects.toMatchObject({
      code: 'SCHEMA.INVALID_ATTRIBUTE',
      hint: 'Did you mean "email"?',
    })
  })

  test('V7: stopOnFirstError asks nothing after it', async () => {
    asked.mockClear()
    expect(await rules(bad, { stopOnFirstError: true })).toEqual(['name min'])
    expect(await rules({ ...bad, email: 'a@b.co' }, { stopOnFirstError: true })).toEqual(['name min'])
    expect(asked).not.toHaveBeenCalled()
    expect(await rules({ name: 'abc', email: 'a@b.co' }, { stopOnFirstError: true })).toEqual(['email validate'])
  })

  test('V7: data that are none have nothing', async () => {
    for (const none of [undefined, null, 5, 'text', []])
      expect(await rules(none as never, { only: ['name'] })).toEqual(['name required'])
  })

  test('V7: what has a default is not missing', async () => {
    expect(await rules({ name: 'abc' }, {})).toEqual([])
    expect(await rules({ name: 'abc', age: null }, {})).toEqual(['age required'])
  })
})

test('V1: a hidden value is in no message and no error', async () => {
  const secret = 'HUNTER-2'
  const quoting = { validate: () => false, rules: [] }
  for (const [kind, rule, value] of [
    ['string', z.string().refine((given) => given === '', { error: (issue) => `no: ${String(issue.input)}` }), secret],
    ['string', type("'other'"), secret],
    ['string', valibot.picklist(['a']), secret],
    ['string', (given: string) => `not ${given.toLowerCase()}`, secret],
    ['string', (given: string) => Promise.reject(new TypeError(given)), secret],
    ['list', (given: string[]) => `not ${given.join()}`, [secret]],
    ['map', (given: object) => JSON.stringify(given), { password: secret }],
    ['string', quoting, secret],
    ['string', 'in:a,b', secret],
  ] as const) {
    const validator = validatorOf(rule as Validation, kind, { hidden: true })
    const error: unknown = await validator.validateOrThrow({ it: value }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'VALIDATION.FAILED' })
    const { cause, message, violations } = error as { cause?: unknown; message: string; violations: unknown }
    expect(`${String(cause)} ${message} ${JSON.stringify(violations)}`.toLowerCase()).not.toContain('hunter')
  }
})

test('V1: a value that holds itself is no reason to fail otherwise than as one', async () => {
  const loop: Record<string, unknown> = { note: 'x' }
  loop['self'] = loop
  const rule = (): string => 'no: something'
  const { violations } = await validatorOf(rule, 'map', { hidden: true }).validate({ it: loop })
  expect(violations.map(({ rule: broken }) => broken).sort()).toEqual(['validate', 'value'])
  expect(violations.find(({ rule: broken }) => broken === 'validate')?.message).toBe('it is not valid.')
})
