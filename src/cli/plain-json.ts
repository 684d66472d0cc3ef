import { exactNumberOf, isExactNumber } from '../values/index.js'

/**
 * Values as JSON can hold them: sets are lists, dates ISO text, binary base64. A number that a double cannot hold is the text of
 * its digits, so that no reader rounds it. Names that have no value are null.
 */
export function toPlainJson(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint' || isExactNumber(value)) {
    const text = value.toString()
    return exactNumberOf(text) ?? text
  }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Set || Array.isArray(value)) return [...value].map(toPlainJson)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return toPlainJson(toJSON.call(value))
  const plain: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(value)) {
    Object.defineProperty(plain, name, {
      value: toPlainJson(each),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return plain
}

/** A JSON document as `--json` prints it. */
export const jsonText = (data: unknown): string => JSON.stringify(toPlainJson(data), null, 2)
