import fc from 'fast-check'
import type { Comparator, Condition, Operand, Path } from '../../src/expressions/index.js'
import { type AttributeMap, type AttributeValue, compareAttributeValues } from '../../src/values/index.js'

// Random items, and random conditions over them that DynamoDB takes. What it refuses, and these never hold: the same
// place on both sides, an order of anything but strings, numbers and binary, a range whose ends differ in type or are the
// wrong way round, a prefix that is neither text nor binary.

const TEXTS = ['', 'a', 'ab', 'b', '#', '%', '__proto__', '\0', 'é', '\uffff', '😀', '😀a'] as const
/** Pairs that are equal and pairs that are next to each other, in several spellings. */
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '10',
  '1E1',
  '-1',
  '1.5',
  '-2.50',
  '1E-130',
  '9.99E125',
  '12345678901234567890123456789012345678',
] as const
const BYTES = ['', 'AA==', 'AAE=', 'AAH/', '/w=='] as const

const S: fc.Arbitrary<AttributeValue> = fc.constantFrom(...TEXTS).map((each) => ({ S: each }))
const N: fc.Arbitrary<AttributeValue> = fc.constantFrom(...NUMBERS).map((each) => ({ N: each }))
const B: fc.Arbitrary<AttributeValue> = fc.constantFrom(...BYTES).map((each) => ({ B: each }))
const some = <T>(from: readonly T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: 3 })
const scalar = fc.oneof(
  S,
  N,
  B,
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant<AttributeValue>({ NULL: true }),
)
const set: fc.Arbitrary<AttributeValue> = fc.oneof(
  some(TEXTS).map((SS) => ({ SS })),
  some(['1', '-1', '10', '1.5', '1E-130']).map((NS) => ({ NS })),
  some(BYTES).map((BS) => ({ BS })),
)
const MEMBERS = ['m', '__proto__', 'b.c', '😀'] as const
const { tree } = fc.letrec<{ tree: AttributeValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 2, arbitrary: set },
    { weight: 2, arbitrary: fc.array(tie('tree'), { maxLength: 3 }).map((L) => ({ L })) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom(...MEMBERS), tie('tree'), { maxKeys: 3 }).map((M) => ({ M })),
    },
  ),
}))

const NAMES = ['a', 'size', 'b.c', '__proto__', '😀'] as const

/** An item without its key; every attribute may be missing. */
export const item: fc.Arbitrary<AttributeMap> = fc.dictionary(fc.constantFrom(...NAMES), tree, { maxKeys: 5 })

const path: fc.Arbitrary<Path> = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.array(fc.oneof(fc.constantFrom(...MEMBERS), fc.nat(2)), { maxLength: 2, size: '-1' }),
  )
  .map((steps) => steps.flat())
const place = path.map((each): Operand => ({ kind: 'path', path: each }))
const size = path.map((each): Operand => ({ kind: 'size', path: each }))
const value = (of: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Operand> =>
  of.map((each) => ({ kind: 'value', value: each }))

const ordered = fc.oneof(S, N, B)
const range = fc
  .oneof(fc.tuple(S, S), fc.tuple(N, N), fc.tuple(B, B))
  .map(([a, b]): [AttributeValue, AttributeValue] => (compareAttributeValues(a, b) <= 0 ? [a, b] : [b, a]))
const distinct = (...operands: readonly Operand[]): boolean => {
  const [first, ...others] = operands.map((each) => JSON.stringify(each))
  return !others.includes(first as string)
}

const test: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(
      fc.oneof(place, size),
      fc.constantFrom<Comparator>('=', '<>'),
      fc.oneof(value(tree), place, size),
      fc.boolean(),
    )
    .filter(([left, , right]) => distinct(left, right))
    .map(
      ([left, op, right, turned]): Condition => ({
        kind: 'compare',
        op,
        left: turned ? right : left,
        right: turned ? left : right,
      }),
    ),
  fc
    .tuple(
      fc.oneof(place, size),
      fc.constantFrom<Comparator>('<', '<=', '>', '>='),
      fc.oneof(value(ordered), place, size),
      fc.boolean(),
    )
    .filter(([left, , right]) => distinct(left, right))
    .map(
      ([left, op, right, turned]): Condition => ({
        kind: 'compare',
        op,
        left: turned ? right : left,
        right: turned ? left : right,
      }),
    ),
  fc.tuple(fc.oneof(place, size), range).map(
    ([operand, [low, high]]): Condition => ({
      kind: 'between',
      operand,
      low: { kind: 'value', value: low },
      high: { kind: 'value', value: high },
    }),
  ),
  fc
    .tuple(
      fc.oneof(place, size),
      fc.array(fc.oneof({ weight: 4, arbitrary: value(tree) }, { weight: 1, arbitrary: place }), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .filter(([operand, values]) => distinct(operand, ...values))
    .map(([operand, values]): Condition => ({ kind: 'in', operand, values })),
  fc
    .tuple(path, fc.oneof({ weight: 4, arbitrary: value(fc.oneof(S, B)) }, { weight: 1, arbitrary: place }))
    .filter(([at, prefix]) => distinct({ kind: 'path', path: at }, prefix))
    .map(([at, prefix]): Condition => ({ kind: 'begins-with', path: at, prefix })),
  fc
    .tuple(path, fc.oneof({ weight: 4, arbitrary: value(tree) }, { weight: 1, arbitrary: place }))
    .filter(([at, operand]) => distinct({ kind: 'path', path: at }, operand))
    .map(([at, operand]): Condition => ({ kind: 'contains', path: at, operand })),
  path.map((at): Condition => ({ kind: 'exists', path: at })),
  path.map((at): Condition => ({ kind: 'not-exists', path: at })),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'))
    .map(([at, type]): Condition => ({ kind: 'type-is', path: at, type })),
)

/** A condition that DynamoDB takes. */
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: test },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('condition'), { minLength: 1, maxLength: 3 })
        .map((conditions): Condition => ({ kind: 'and', conditions })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('condition'), { minLength: 1, maxLength: 3 })
        .map((conditions): Condition => ({ kind: 'or', conditions })),
    },
    { weight: 1, arbitrary: tie('condition').map((each): Condition => ({ kind: 'not', condition: each })) },
  ),
})).condition
