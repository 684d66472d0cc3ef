import type { AttributeSchema } from '../schema/index.js'

/** Text that stands for null where it has no quotes; an empty field without quotes is no value at all. */
export const NULL_CELL = '\\N'
const AS_TEXT: readonly string[] = ['string', 'date', 'bigint', 'decimal', 'binary']
const EXACT_TEXT = '{"$dynamodb"'

/** A value of `plainOf` as a field of CSV, quoted where it has to be (RFC 4180). */
export function cellOf({ type }: AttributeSchema, plain: unknown): string {
  if (plain === undefined) return ''
  if (plain === null) return NULL_CELL
  if (typeof plain === 'string' && AS_TEXT.includes(type) && !plain.startsWith(EXACT_TEXT)) return quoted(plain)
  if (typeof plain === 'string' && AS_TEXT.includes(type)) return quoted(JSON.stringify({ $dynamodb: { S: plain } }))
  return quoted(JSON.stringify(plain))
}

/** The plain value of a field: text as it is, everything else JSON. What is no JSON is left as text, for validation. */
export function plainOfCell({ type }: AttributeSchema, cell: string | null | undefined): unknown {
  if (cell === null || cell === undefined) return cell
  if (cell.startsWith(EXACT_TEXT)) return parsed(cell)
  // Dates may be stored as seconds or milliseconds.
  if (type === 'date' && /^-?\d+(?:\.\d+)?$/.test(cell)) return Number(cell)
  if (AS_TEXT.includes(type) || type === 'number') return type === 'number' ? cell.trim() : cell
  if (type === 'boolean') return BOOLEANS[cell.trim().toLowerCase()] ?? cell
  return parsed(cell)
}
const BOOLEANS: Readonly<Record<string, boolean>> = Object.freeze({
  __proto__: null as never,
  true: true,
  false: false,
  '1': true,
  '0': false,
  yes: true,
  no: false,
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

export function quoted(text: string): string {
  const plain = text !== '' && text !== NULL_CELL && !/[",\r\n]|^\s|\s$|^\uFEFF/.test(text)
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}
