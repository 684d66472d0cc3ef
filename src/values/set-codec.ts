import type { AttributeValue } from './attribute-value.js'
import { bigintCodec, bigintText } from './bigint-codec.js'
import { base64Of, binaryCodec } from './binary-codec.js'
import { type Codec, codec, decodeOther, encodeOther, type SetElementType } from './codec.js'
import { decimalCodec } from './decimal-codec.js'
import { canonicalAt } from './decimal-text.js'
import { kindOf, ValueError } from './errors.js'
import { isExactNumber } from './exact-number.js'
import { numberCodec, numberText } from './number-codec.js'
import { stringCodec, wellFormed } from './string-codec.js'
import { decodeNumberText } from './wide-number.js'

type ElementLetter = 'S' | 'N' | 'B'
type SetLetter = 'SS' | 'NS' | 'BS'

const ELEMENTS: Readonly<Record<SetElementType, { readonly codec: Codec; readonly letter: ElementLetter }>> = {
  string: { codec: stringCodec, letter: 'S' },
  number: { codec: numberCodec, letter: 'N' },
  bigint: { codec: bigintCodec, letter: 'N' },
  decimal: { codec: decimalCodec, letter: 'N' },
  binary: { codec: binaryCodec, letter: 'B' },
}

/** A codec for sets: of a declared element type, or (without one) of whatever the elements are. */
export function setCodec(elements: SetElementType | undefined): Codec {
  if (elements === undefined) return untypedSetCodec
  const { codec: element, letter } = ELEMENTS[elements]
  const set: SetLetter = `${letter}S`
  return codec(
    'set',
    (value, path) => {
      if (!(value instanceof Set)) return encodeOther(value, path, 'a Set', hintFor(value))
      return setOf(
        set,
        collect(value, path, (each) => textOf(element, letter, each)),
        path,
      )
    },
    (value, path) => {
      const texts = (value as { [letter in SetLetter]?: readonly string[] })[set]
      if (texts === undefined) return decodeOther(value, path, `set of ${elements}`, set)
      return new Set(
        collect(texts, path, (text) => element.decode({ [letter]: text } as unknown as AttributeValue, '')),
      )
    },
  )
}

function textOf(element: Codec, letter: ElementLetter, value: unknown): string {
  if (value === null || value === undefined) throw refuseElement(value)
  return (element.encode(value, '') as unknown as Record<ElementLetter, string>)[letter]
}

const untypedSetCodec: Codec = codec(
  'set',
  (value, path) => (value instanceof Set ? encodeSet(value, path) : encodeOther(value, path, 'a Set', hintFor(value))),
  (value, path) => decodeSet(value, path) ?? decodeOther(value, path, 'set', 'SS'),
)

/** Encodes a set by what its elements are: all text, all numbers (number, bigint, ExactNumber), or all binary. */
export function encodeSet(value: ReadonlySet<unknown>, path: string): AttributeValue {
  let letter: ElementLetter | undefined
  const texts = collect(value, path, (each) => {
    const kind = letterOf(each)
    if (kind === undefined) throw refuseElement(each)
    letter ??= kind
    if (kind !== letter) throw new ValueError('VALUE.MIXED_SET', '', 'is of another type than the elements before it')
    return elementText(each)
  })
  return setOf(`${letter ?? 'S'}S`, texts, path)
}

function letterOf(value: unknown): ElementLetter | undefined {
  if (typeof value === 'string') return 'S'
  if (typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)) return 'N'
  return base64Of(value) === undefined ? undefined : 'B'
}

function elementText(value: unknown): string {
  if (typeof value === 'string') return wellFormed(value, '')
  if (typeof value === 'number') return numberText(value, '')
  if (typeof value === 'bigint') return bigintText(value, '')
  return isExactNumber(value) ? canonicalAt(value.value, '') : (base64Of(value) as string)
}

/** The elements of any kind of set; undefined when the value is none. */
export function decodeSet(value: AttributeValue, path: string): Set<unknown> | undefined {
  if ('SS' in value) return new Set(value.SS)
  if ('NS' in value) return new Set(collect(value.NS, path, (text) => decodeNumberText(text, '')))
  if ('BS' in value) return new Set(collect(value.BS, path, (text) => binaryCodec.decode({ B: text }, '')))
  return undefined
}

function collect<T, R>(elements: Iterable<T>, path: string, each: (element: T) => R): R[] {
  const results: R[] = []
  try {
    for (const element of elements) results.push(each(element))
  } catch (error) {
    throw ValueError.inside(error, `${path}[${results.length}]`)
  }
  return results
}

/** Elements that differ in JS and are one for DynamoDB (1 and 1n, equal bytes, `1.0` and `1`) become one. */
function setOf(letter: SetLetter, texts: readonly string[], path: string): AttributeValue {
  if (texts.length === 0) throw new ValueError('VALUE.EMPTY_SET', path, 'is an empty set, which DynamoDB cannot store')
  return { [letter]: [...new Set(texts)] } as unknown as AttributeValue
}

function refuseElement(value: unknown): ValueError {
  return new ValueError(
    'VALUE.WRONG_TYPE',
    '',
    `is ${kindOf(value)}, which cannot be an element of a set`,
    'A set holds text, numbers or binary.',
  )
}

function hintFor(value: unknown): string | undefined {
  return Array.isArray(value) ? 'Write it as new Set([…]), or declare the attribute as list.' : undefined
}
