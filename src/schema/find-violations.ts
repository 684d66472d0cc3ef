import type { AttributeSchema } from './entity-schema.js'
import type { Violation } from './errors.js'
import type { LateRule, Problem } from './late-rules.js'
import type { RuleSet } from './rule-set.js'

export interface PlaceCheck {
  readonly attribute: AttributeSchema
  readonly rules: RuleSet
  readonly hidden: boolean
}
/** A rule to be asked of a value of which nothing wrong is known yet. */
export interface LateCheck {
  readonly attribute: string
  readonly path: string
  readonly rule: LateRule
  readonly rules: RuleSet
  readonly value: unknown
  readonly hidden: boolean
}
interface Found {
  readonly found: readonly Violation[]
  readonly late: readonly LateCheck[]
}
interface Finding {
  readonly only?: ReadonlySet<string> | undefined
  /** The rest of the row is there already: what every row has must not be taken away. */
  readonly partial?: boolean
  /** What is not given will be made: defaults. */
  readonly created?: boolean
  readonly stop?: boolean
}

const NOTHING: Found = Object.freeze({ found: Object.freeze([]), late: Object.freeze([]) })

/** What can be said at once, and what is to be asked. Most rows have neither, and nothing is made for them. */
export function findViolations(
  checks: readonly PlaceCheck[],
  data: Readonly<Record<string, unknown>>,
  { only, partial = false, created = false, stop = false }: Finding,
): Found {
  let walk: Walk | undefined
  for (const check of checks) {
    const { attribute, rules } = check
    if (only !== undefined && !only.has(attribute.name)) continue
    const value = data[attribute.name]
    if (value === undefined || value === null) {
      // Those that every row has: indexes are made of them, and rows without would not be found.
      const kept = partial && (attribute.managed === 'createdAt' || attribute.managed === 'updatedAt')
      const made = created && value === undefined && attribute.options.default !== undefined
      if ((attribute.required || kept) && !made) {
        walk ??= new Walk()
        walk.add(check, attribute.name, rules, 'required', 'is required.')
      }
    } else if (!passes(rules, value)) {
      walk ??= new Walk()
      walk.visit(check, rules, value, attribute.name)
    }
    if (stop && walk !== undefined && walk.found.length > 0) return { found: walk.found.slice(0, 1), late: [] }
  }
  return walk ?? NOTHING
}

/** True where there is nothing to say and nothing to ask. */
function passes(rules: RuleSet, value: unknown): boolean {
  if (rules.late.length > 0 || rules.each !== undefined || rules.fields !== undefined || rules.filled) return false
  for (const { check } of rules.now) if (check(value) !== undefined) return false
  return true
}

class Walk implements Found {
  readonly found: Violation[] = []
  readonly late: LateCheck[] = []

  add(check: PlaceCheck, path: string, rules: RuleSet, rule: string, message: string, words?: Words): void {
    this.found.push(violationOf(check.attribute.name, path, rules, rule, message, words))
  }

  visit(check: PlaceCheck, rules: RuleSet, value: unknown, path: string): void {
    if (rules.filled && isEmpty(value)) {
      this.add(check, path, rules, 'required', 'is required.')
      return
    }
    const before = this.found.length
    for (const { rule, check: test, words } of rules.now) {
      const message = test(value)
      if (message === undefined) continue
      this.add(check, path, rules, rule, message, words)
      if (rule === 'type' || rules.bail) break
    }
    if (this.found.length > before) return
    for (const rule of rules.late)
      this.late.push({ attribute: check.attribute.name, path, rule, rules, value, hidden: check.hidden })
    if (rules.each !== undefined && (Array.isArray(value) || value instanceof Set))
      for (const [index, element] of [...(value as Iterable<unknown>)].entries())
        this.#inside(check, rules.each, element, `${path}[${index}]`)
    if (rules.fields === undefined || typeof value !== 'object' || value === null) return
    for (const [name, inner] of rules.fields)
      this.#inside(check, inner, Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined, `${path}.${name}`)
  }

  #inside(check: PlaceCheck, rules: RuleSet, value: unknown, path: string): void {
    if (value !== undefined && value !== null) this.visit(check, rules, value, path)
    else if (rules.required) this.add(check, path, rules, 'required', 'is required.')
  }
}

const NO_MESSAGES: Pick<RuleSet, 'messages'> = { messages: undefined }

type Words = Readonly<Record<string, string>> | undefined

/** With the message of the model's own, where it has one for the rule. */
function violationOf(
  attribute: string,
  path: string,
  { messages }: Pick<RuleSet, 'messages'>,
  rule: string,
  message: string,
  words: Words,
): Violation {
  const own =
    typeof messages === 'string' ? messages : messages && Object.hasOwn(messages, rule) ? messages[rule] : undefined
  const shown = own?.replace(/:([a-z]+)/gi, (whole, name: string) => {
    if (name === 'attribute') return path
    return words !== undefined && Object.hasOwn(words, name) ? (words[name] as string) : whole
  })
  return { attribute, ...(path === attribute ? {} : { path }), rule, message: shown ?? `${path} ${message}` }
}

/** What late rules say, without what is hidden. */
export function problemsAsViolations(check: LateCheck, problems: readonly Problem[]): readonly Violation[] {
  return problems.map(({ message, path, foreign, unchecked }) => {
    const { rule, words } = check.rule
    const place = `${check.path}${path ?? ''}`
    if (unchecked) return violationOf(check.attribute, place, NO_MESSAGES, rule, message, words)
    // The author's own text stands alone; that of a library may quote the value in any form.
    const alone = rule === 'validate' && foreign === true
    const hide = check.hidden && foreign === true && (rule === 'schema' || quotes(message, check.value))
    const text = hide ? 'is not valid.' : message
    const violation = violationOf(check.attribute, place, check.rules, rule, text, words)
    return alone && !hide && !hasOwnMessage(check.rules, rule) ? { ...violation, message: text } : violation
  })
}

function hasOwnMessage({ messages }: RuleSet, rule: string): boolean {
  return typeof messages === 'string' || (messages !== undefined && Object.hasOwn(messages, rule))
}

/** Deeper than any value that can be stored: what may hold itself is taken to be quoted. */
const DEEPEST = 33

/** True where a text holds the value, or any part of it. */
function quotes(text: string, value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return true
  if (value instanceof Date) return text.includes(value.toJSON() ?? '') || text.includes(String(value.getTime()))
  if (value instanceof Set || Array.isArray(value))
    return [...(value as Iterable<unknown>)].some((each) => quotes(text, each, depth + 1))
  if (typeof value === 'object' && value !== null)
    return ArrayBuffer.isView(value) || Object.values(value).some((each) => quotes(text, each, depth + 1))
  return (
    value !== undefined &&
    value !== null &&
    text.toLowerCase().includes((value as string | number).toString().toLowerCase())
  )
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return value instanceof Set ? value.size === 0 : false
}
