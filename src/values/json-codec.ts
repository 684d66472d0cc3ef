import type { AttributeValue } from './attribute-value.js'
import { type Codec, codec, decodeOther, encodeOther, NULL } from './codec.js'
import { validDate } from './date-codec.js'
import { kindOf, ValueError } from './errors.js'
import { isPlainObject } from './own-property.js'

/** Any JSON value as text. What JSON would drop or change without a word (undefined, NaN, Map …) is an error; a Date comes back as text. */
export const jsonCodec: Codec = codec('json', encodeJson, decodeJson)

/** Deep enough for any document, and far from the end of the stack. */
const MAX_DEPTH = 500

function encodeJson(value: unknown, path: string): AttributeValue {
  if (value === null) return NULL
  if (value === undefined) return encodeOther(value, path, 'a JSON value')
  check(value, path, 1)
  return { S: JSON.stringify(value) }
}

function check(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return
    throw new ValueError('VALUE.NUMBER_RANGE', path, 'is NaN or Infinity, which JSON cannot hold')
  }
  if (typeof value !== 'object') {
    const code = value === undefined ? 'VALUE.UNDEFINED' : 'VALUE.UNSUPPORTED'
    throw new ValueError(
      code,
      path,
      `is ${kindOf(value)}, which JSON cannot hold`,
      'Leave it out, or turn it into text first.',
    )
  }
  if (value instanceof Date) {
    validDate(value, path)
    return
  }
  if (depth > MAX_DEPTH)
    throw new ValueError('VALUE.TOO_DEEP', path, `is nested more than ${MAX_DEPTH} levels deep, or holds itself`)
  checkMembers(value, path, depth)
}

function checkMembers(value: object, path: string, depth: number): void {
  let place = ''
  try {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        place = `[${i}]`
        check(value[i], '', depth + 1)
      }
      return
    }
    if (!isPlainObject(value)) {
      throw new ValueError(
        'VALUE.UNSUPPORTED',
        '',
        `is ${kindOf(value)}, which JSON cannot hold`,
        'Turn it into a plain object, a list or text first.',
      )
    }
    for (const name of Object.keys(value)) {
      place = `.${name}`
      check(value[name], '', depth + 1)
    }
  } catch (error) {
    throw ValueError.inside(error, path + place)
  }
}

function decodeJson(value: AttributeValue, path: string): unknown {
  const text = (value as { S?: string }).S
  if (text === undefined) return decodeOther(value, path, 'json', 'S')
  try {
    return JSON.parse(text)
  } catch {
    throw new ValueError('VALUE.INVALID_JSON', path, 'is stored as text that is not JSON')
  }
}
