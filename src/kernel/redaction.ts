const REDACTED = '[redacted]'
/** Deeper than any request or record; what lies below is not shown at all. */
const MAX_DEPTH = 64

/**
 * A deep copy for logs: members with one of the names, at any depth, become `[redacted]`; a second meeting with an
 * object that holds itself becomes `[circular]`, what is nested too deep `[too deep]`. Lists, plain objects, Maps and
 * Sets are copied; class instances are shown by their own enumerable members; dates and binary stay as they are.
 */
export function redact(value: unknown, fields: Iterable<string>): unknown {
  return copy(value, new Set(fields), new Set(), 1)
}

function copy(value: unknown, fields: ReadonlySet<string>, open: Set<object>, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  if (open.has(value)) return '[circular]'
  if (depth > MAX_DEPTH) return '[too deep]'
  open.add(value)
  try {
    const inner = (each: unknown): unknown => copy(each, fields, open, depth + 1)
    if (Array.isArray(value)) return value.map(inner)
    if (value instanceof Set) return new Set([...value].map(inner))
    if (value instanceof Map) {
      return new Map([...value].map(([key, each]) => [key, fields.has(String(key)) ? REDACTED : inner(each)]))
    }
    const shown: Record<string, unknown> = {}
    for (const [name, each] of Object.entries(value)) {
      // An assignment to __proto__ would change the copy's prototype.
      const member = {
        value: fields.has(name) ? REDACTED : inner(each),
        enumerable: true,
        writable: true,
        configurable: true,
      }
      Object.defineProperty(shown, name, member)
    }
    return shown
  } finally {
    open.delete(value)
  }
}
