import type { AttributeOptions } from './definition.js'
import type { AttributeSchema } from './entity-schema.js'
import { memberOf, ruleListOf } from './rule-spec.js'
import { formatNames } from './rules.js'

const MEASURED_BY_VALUE: readonly string[] = ['number', 'bigint', 'decimal', 'date']
const LEAST: readonly string[] = ['min', 'minLength', 'gte']
const MOST: readonly string[] = ['max', 'maxLength', 'lte']
const EXACT: readonly string[] = ['size', 'length']
type Bounds = { -readonly [N in keyof AttributeOptions]?: AttributeOptions[N] }

/**
 * An attribute whose options say what the rules of its `validation` say, as far as options can: bounds, lengths, choices and
 * formats. For those who make values up. What a function or schema asks for shows as `validate`.
 */
export function boundedAttribute(attribute: AttributeSchema): AttributeSchema {
  const { rules } = ruleListOf(attribute.options.validation)
  if (rules.length === 0) return attribute
  const bounds: Bounds = {}
  for (const rule of rules)
    if (typeof rule === 'string') noteText(rule, attribute, bounds)
    else if (Array.isArray(memberOf(rule, 'rules'))) noteObject(rule, attribute, bounds)
    else bounds.validate = () => true
  return { ...attribute, options: { ...bounds, ...attribute.options } }
}

function noteText(rule: string, attribute: AttributeSchema, bounds: Bounds): void {
  const at = rule.indexOf(':')
  const name = at < 0 ? rule : rule.slice(0, at)
  const words = at < 0 ? [] : rule.slice(at + 1).split(',')
  if (name === 'in') bounds.enum = words.map((word) => valueOf(word, attribute.type))
  else if (name === 'ip') bounds.format = 'ipv4'
  else if (name === 'regex') bounds.pattern = /(?:)/
  else if (formatNames().includes(name) && attribute.type === 'string') bounds.format = name
  else if (name === 'between') note(attribute, bounds, Number(words[0]), Number(words[1]))
  else noteNamed(name, Number(words[0]), attribute, bounds)
}

/** The parts of a rule object of ts-validation. */
function noteObject(rule: unknown, attribute: AttributeSchema, bounds: Bounds): void {
  const choices = memberOf(rule, 'allowedValues')
  if (Array.isArray(choices)) bounds.enum = choices
  for (const part of memberOf(rule, 'rules') as readonly unknown[]) {
    const name = String(memberOf(part, 'name'))
    const params = memberOf(part, 'params')
    const [word] = Object.values(typeof params === 'object' && params !== null ? params : {}) as unknown[]
    if (name === 'matches' || name === 'custom') bounds.validate = () => true
    else if (attribute.type === 'string' && formatNames().includes(name)) bounds.format = name
    else noteNamed(name, Number(word), attribute, bounds)
  }
}

function noteNamed(name: string, word: number, attribute: AttributeSchema, bounds: Bounds): void {
  if (LEAST.includes(name)) note(attribute, bounds, word, undefined)
  else if (MOST.includes(name)) note(attribute, bounds, undefined, word)
  else if (EXACT.includes(name)) note(attribute, bounds, word, word)
}

function note({ type }: AttributeSchema, bounds: Bounds, least: number | undefined, most: number | undefined): void {
  const [low, high] = MEASURED_BY_VALUE.includes(type)
    ? (['min', 'max'] as const)
    : (['minLength', 'maxLength'] as const)
  if (least !== undefined && Number.isFinite(least)) bounds[low] = least
  if (most !== undefined && Number.isFinite(most)) bounds[high] = most
}

function valueOf(word: string, type: AttributeSchema['type']): unknown {
  if (type === 'number') return Number(word)
  return type === 'bigint' ? BigInt(word) : word
}
