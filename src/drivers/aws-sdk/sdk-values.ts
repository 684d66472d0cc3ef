import { DriverError } from '../errors.js'

/** Fields the SDK takes as Date, and DynamoDB as seconds since the epoch. */
const TIMES = new Set([
  'RestoreDateTime',
  'ExportTime',
  'ExportFromTime',
  'ExportToTime',
  'TimeRangeLowerBound',
  'TimeRangeUpperBound',
])

/**
 * DynamoDB JSON -> the SDK's input. They differ in binary alone (base64 text against bytes), and in times. `{ B: text }`
 * and `{ BS: [text] }` stand for nothing else anywhere in the API: an attribute or a table of that name holds an object.
 * Parts without binary are handed on as they are.
 */
export function toSdk(wire: unknown): unknown {
  if (Array.isArray(wire)) return mapArray(wire, toSdk)
  if (typeof wire !== 'object' || wire === null) return wire
  const { B, BS } = wire as { B?: unknown; BS?: unknown }
  if (typeof B === 'string') return { B: Buffer.from(B, 'base64') }
  if (Array.isArray(BS) && BS.every((entry) => typeof entry === 'string')) {
    return { BS: BS.map((text) => Buffer.from(text, 'base64')) }
  }
  return mapObject(wire, (value, name) =>
    typeof value === 'number' && TIMES.has(name) ? new Date(value * 1000) : toSdk(value),
  )
}

/** The SDK's output -> DynamoDB JSON: bytes become base64 text, dates seconds; `$metadata` and absent fields go. */
export function fromSdk(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return mapArray(value, fromSdk)
  if (typeof value !== 'object' || value === null) return value
  return mapObject(value, fromSdk)
}

function mapArray(values: readonly unknown[], map: (value: unknown) => unknown): readonly unknown[] {
  const mapped = values.map(map)
  return mapped.every((value, index) => value === values[index]) ? values : mapped
}

function mapObject(object: object, map: (value: unknown, name: string) => unknown): object {
  const entries = Object.entries(object)
  const mapped: [string, unknown][] = []
  let same = true
  for (const [name, value] of entries) {
    if (name === '__proto__' && value === undefined) throw lostAttribute()
    if (value === undefined || name === '$metadata') {
      same = false
      continue
    }
    const next = map(value, name)
    same &&= next === value
    mapped.push([name, next])
  }
  // fromEntries defines, it does not assign: an attribute called __proto__ stays an attribute.
  return same ? object : Object.fromEntries(mapped)
}

/** The SDK's reader leaves an item's attribute of this name without its value: better no answer than a wrong one. */
function lostAttribute(): DriverError {
  return new DriverError(
    'DRIVER.UNSUPPORTED',
    'The AWS SDK cannot read an item that has an attribute called "__proto__".',
    {
      hint: 'Read it through the driver "http", or leave the attribute out with a projection.',
    },
  )
}
