import fc from 'fast-check'

/** Text that breaks escaping, parsing and prototypes, besides what fast-check finds by itself. */
const HOSTILE = [
  '#',
  '%',
  '2',
  '3',
  '5',
  '0',
  '.',
  '[0]',
  ':v0',
  '#n0',
  '\\',
  '"',
  "'",
  '`',
  ' ',
  ',',
  '(',
  ')',
  '=',
  ' OR ',
  'size(',
  'SET ',
  'status',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\n',
  '€',
  'é',
  '\u2028',
  '\ud7ff',
  '\uffff',
  '😀',
  '👩‍👩‍👧',
] as const

/** Well-formed text of any kind. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** Text that may hold halves of surrogate pairs. */
export const brokenText: fc.Arbitrary<string> = fc
  .array(fc.oneof(hostileText, fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff')), { maxLength: 4 })
  .map((parts) => parts.join(''))

/** A name an attribute can have. */
export const attributeName: fc.Arbitrary<string> = hostileText.filter((name) => name !== '')

/** Digits, of which there are at most 38 significant ones. */
const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 38 }).map((each) => each.join(''))

/** A decimal number that DynamoDB can hold, spelled in one of many ways; with its exact value times 10^168. */
export const decimal: fc.Arbitrary<{ readonly text: string; readonly scaled: bigint }> = fc
  .record({
    digits,
    power: fc.oneof(fc.integer({ min: -40, max: 5 }), fc.integer({ min: -130, max: 88 })),
    sign: fc.constantFrom('', '-', '+'),
    mark: fc.constantFrom('e', 'E'),
    zeros: fc.integer({ min: 0, max: 3 }),
    dot: fc.nat(38),
  })
  .map(({ digits: all, power, sign, mark, zeros, dot }) => {
    const at = Math.min(dot, all.length)
    const shifted = power + all.length - at // the dot stands before the last digits: the exponent makes up for it
    const exponent = shifted === 0 ? '' : `${mark}${shifted}`
    const text = `${sign}${'0'.repeat(zeros)}${all.slice(0, at) || '0'}.${all.slice(at)}${'0'.repeat(zeros)}${exponent}`
    const scaled = BigInt(all) * 10n ** BigInt(power + 168)
    return { text, scaled: sign === '-' ? -scaled : scaled }
  })
