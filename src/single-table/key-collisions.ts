import type { TemplatePart } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'
import { DesignError } from './errors.js'
import type { PathKey } from './path-key.js'
import type { EntityDesign } from './table-design.js'

/** What one segment of a key can be. */
type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly before: string; readonly form: RegExp | undefined }

/** Keys of a kind of items: the segments of the partition key and of the sort key. */
interface Keys {
  readonly who: string
  readonly text: string
  readonly sides: readonly (readonly Segment[])[]
}

/** Text that values of these types are written as in keys; text can be anything. */
const FORMS: Readonly<Record<string, RegExp>> = {
  number: /^(?:1\d{3,}|0\d{4,}~)$/,
  bigint: /^(?:1\d{3,}|0\d{4,}~)$/,
  decimal: /^(?:1\d{3,}|0\d{4,}~)$/,
  date: /^[-+]?\d/,
  boolean: /^(?:true|false)$/,
  binary: /^(?:[0-9a-f]{2})*$/,
}

/**
 * Two models whose keys can be the same would overwrite each other's rows, and one whose keys can be those of unique guards
 * would overwrite these. Keys with values that are not escaped are only compared by their patterns: they are given.
 *
 * @param ledger true for the table with the guards
 * @throws DesignError `DESIGN.NAME_CONFLICT`
 */
export function checkCollisions(entities: readonly EntityDesign[], delimiter: string, ledger: boolean): void {
  const seen: Keys[] = ledger ? ownKeys(delimiter) : []
  const patterns = new Map<string, string>()
  for (const { schema, primary } of entities) {
    const text = `${primary.partition.text}, ${primary.sort.text}`
    const shape = text.replaceAll(/\{[^}]*\}/g, '{}')
    const same = patterns.get(shape)
    if (same !== undefined) throw collision(schema.name, same, text)
    patterns.set(shape, schema.name)
    const sides = [primary.partition, primary.sort].map((key) => segmentsOf(key, schema, delimiter))
    if (schema.keySegments === 'plain' || sides.some((side) => side === undefined)) continue
    const keys: Keys = { who: schema.name, text, sides: sides as readonly (readonly Segment[])[] }
    const other = seen.find((each) => each.sides.every((side, i) => meet(side, keys.sides[i] ?? [])))
    if (other !== undefined) throw collision(schema.name, other.who, text, other.text)
    seen.push(keys)
  }
}

/** The keys of the package's own items: unique guards, and notes on the table. */
function ownKeys(delimiter: string): Keys[] {
  const any: Segment = { kind: 'value', before: '', form: undefined }
  const own = (who: string, first: string, others: number): Keys => {
    const side = [{ kind: 'text', text: first } as const, ...Array.from({ length: others }, () => any)]
    return { who, text: [first, ...Array<string>(others).fill('…')].join(delimiter), sides: [side, side] }
  }
  return [own('the guards of unique attributes', 'UNIQUE', 3), own('the notes of the package', 'DYNAMODB-TOOLING', 1)]
}

function collision(model: string, other: string, text: string, otherText?: string): DesignError {
  const how =
    otherText === undefined
      ? `${other} and ${model} have the same key pattern: ${text}.`
      : `Rows of ${model} (${text}) can have the keys of ${other} (${otherText}).`
  return new DesignError('DESIGN.NAME_CONFLICT', how, {
    hint: 'Put the name of the model into one of them, such as "ORDER#{id}".',
    details: { models: [other, model] },
  })
}

/** The segments of a key; undefined for one that is no text. */
function segmentsOf({ parts }: PathKey, schema: EntitySchema, delimiter: string): readonly Segment[] | undefined {
  const [part, ...others] = parts
  if (part?.kind !== 'template' || others.length > 0) return undefined
  const segments: Segment[] = []
  let before = ''
  let value: Extract<TemplatePart, { kind: 'attribute' }> | undefined
  const close = (): void => {
    const type = value === undefined ? undefined : schema.attribute.get(value.name)?.type
    segments.push(
      value === undefined ? { kind: 'text', text: before } : { kind: 'value', before, form: FORMS[type ?? ''] },
    )
    before = ''
    value = undefined
  }
  for (const each of part.template.parts) {
    if (each.kind === 'attribute') {
      value = each
      continue
    }
    const [first = '', ...rest] = each.text.split(delimiter)
    before += first
    for (const text of rest) {
      close()
      before = text
    }
  }
  close()
  return segments
}

/** True where some value gives both the same text. */
function meet(a: readonly Segment[], b: readonly Segment[]): boolean {
  return a.length === b.length && a.every((segment, i) => segmentsMeet(segment, b[i] as Segment))
}

function segmentsMeet(a: Segment, b: Segment): boolean {
  if (a.kind === 'text' && b.kind === 'text') return a.text === b.text
  if (a.kind === 'value' && b.kind === 'value') {
    return a.before.startsWith(b.before) || b.before.startsWith(a.before)
  }
  return a.kind === 'value' ? holds(a, b) : holds(b, a)
}

/** True where a value can be written as this text. */
function holds(value: Segment, text: Segment): boolean {
  if (value.kind !== 'value' || text.kind !== 'text' || !text.text.startsWith(value.before)) return false
  const rest = text.text.slice(value.before.length)
  return rest !== '' && (value.form?.test(rest) ?? true)
}
