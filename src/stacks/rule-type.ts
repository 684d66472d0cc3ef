import type { AttributeType } from '../values/index.js'

/** What a rule says of the type of its attribute. */
export interface RuleType {
  readonly type: AttributeType
  readonly enum?: readonly unknown[]
}

/** Kinds of rule objects (ts-validation), of schemas (zod, valibot) and of rules as text. */
const TYPES: ReadonlyMap<string, AttributeType> = new Map<string, AttributeType>([
  ['string', 'string'],
  ['text', 'string'],
  ['password', 'string'],
  ['time', 'string'],
  // Its values are text that holds JSON.
  ['json', 'string'],
  ['number', 'number'],
  ['int', 'number'],
  ['integer', 'number'],
  ['smallint', 'number'],
  ['float', 'number'],
  ['double', 'number'],
  ['decimal', 'number'],
  ['numeric', 'number'],
  ['unix', 'number'],
  ['bigint', 'bigint'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['date', 'date'],
  ['datetime', 'date'],
  ['timestamp', 'date'],
  ['timestampTz', 'date'],
  ['array', 'list'],
  ['list', 'list'],
  ['object', 'map'],
  ['record', 'map'],
  ['map', 'map'],
  ['set', 'set'],
  ['blob', 'binary'],
  ['binary', 'binary'],
])
/** Rules as text that only text can fulfil. */
const OF_TEXT: readonly string[] =
  'email url uuid ulid slug ip ipv4 ipv6 alpha alpha_num alpha_dash ascii lowercase uppercase regex not_regex starts_with ends_with hex_color timezone mac_address'.split(
    ' ',
  )
/** Schemas around another. */
const AROUND: readonly string[] = [
  'optional',
  'nullable',
  'nullish',
  'default',
  'prefault',
  'readonly',
  'catch',
  'pipe',
]

/** The type that a rule speaks of; undefined for a rule that is about any. */
export function typeOfRule(rule: unknown): RuleType | undefined {
  if (Array.isArray(rule)) {
    for (const each of rule as unknown[]) {
      const found = typeOfRule(each)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (typeof rule === 'string') return typeOfText(rule)
  if ((typeof rule !== 'object' && typeof rule !== 'function') || rule === null) return undefined
  return typeOfObject(rule as Members, 0)
}

type Members = Readonly<Record<string, unknown>>

function typeOfText(text: string): RuleType | undefined {
  const rules = text.split('|').map((each) => each.trim())
  for (const rule of rules) {
    const type = TYPES.get(rule)
    if (type !== undefined) return { type }
  }
  const choice = rules.find((rule) => rule.startsWith('in:'))
  if (choice !== undefined) return { type: 'string', enum: choice.slice(3).split(',') }
  return rules.some((rule) => OF_TEXT.includes(rule.replace(/:.*$/s, ''))) ? { type: 'string' } : undefined
}

function typeOfObject(rule: Members, depth: number): RuleType | undefined {
  // ts-validation says its kind as `name`, valibot as `type`, zod in its `def`.
  const def = (rule['def'] ?? {}) as Members
  const kind = [rule['name'], def['type'], rule['type'], rule['kind']].find(
    (each): each is string => typeof each === 'string' && each !== '',
  )
  const inner = def['innerType'] ?? def['in'] ?? rule['wrapped']
  if (kind !== undefined && AROUND.includes(kind) && typeof inner === 'object' && inner !== null && depth < 10)
    return typeOfObject(inner as Members, depth + 1)
  const choices = choicesOf(rule, def, kind)
  if (choices !== undefined) {
    const kinds = new Set(choices.map((each) => typeof each))
    const [only] = kinds
    if (kinds.size === 1 && (only === 'string' || only === 'number' || only === 'boolean'))
      return { type: only, enum: choices }
    return { type: 'any', enum: choices }
  }
  const type = kind === undefined ? undefined : TYPES.get(kind)
  return type === undefined ? undefined : { type }
}

function choicesOf(rule: Members, def: Members, kind: string | undefined): readonly unknown[] | undefined {
  if (kind !== 'enum' && kind !== 'picklist' && kind !== 'literal') return undefined
  const listed = rule['allowedValues'] ?? rule['options'] ?? def['values'] ?? rule['values']
  if (Array.isArray(listed)) return listed.length === 0 ? undefined : (listed as unknown[])
  const entries = def['entries'] ?? rule['enum']
  return typeof entries === 'object' && entries !== null ? Object.values(entries) : undefined
}
