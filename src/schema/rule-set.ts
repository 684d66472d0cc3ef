import type { Validation } from './definition.js'
import type { AttributeSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'
import { functionRule, type LateRule, lookupRule, schemaRule, standardOf } from './late-rules.js'
import { namedRule } from './named-rules.js'
import { objectRules } from './object-rules.js'
import { memberOf, requires, ruleListOf } from './rule-spec.js'
import { type Rule, rulesOf } from './rules.js'

/** All that is checked of one place, and of the places inside it. */
export interface RuleSet {
  readonly required: boolean
  /** Text, lists, sets and maps without anything in them count as missing, as in Laravel. */
  readonly filled: boolean
  /** The first rule that fails is the only one that is reported. */
  readonly bail: boolean
  readonly now: readonly Rule[]
  readonly late: readonly LateRule[]
  readonly messages: string | Readonly<Record<string, string>> | undefined
  readonly each: RuleSet | undefined
  readonly fields: ReadonlyMap<string, RuleSet> | undefined
}

const MEASURED_BY_VALUE: readonly string[] = ['number', 'bigint', 'decimal', 'date']
const UNMEASURED: readonly string[] = ['any', 'json']
const LOOKUPS: readonly string[] = ['unique', 'uniqueAsync', 'exists', 'existsAsync']

/**
 * What is checked of an attribute: its type and options, then what `validation` asks for.
 * @throws SchemaError for a rule nobody can check
 */
export function ruleSetOf(attribute: AttributeSchema, model: string): RuleSet {
  const { options, type, name } = attribute
  const listed = readRules(options.validation, { model, attribute: name, place: name, type })
  return {
    ...listed,
    required: attribute.required,
    now: [...rulesOf(attribute, model), ...listed.now],
    late: [
      ...(options.validate === undefined ? [] : [functionRule(options.validate)]),
      ...(options.schema === undefined ? [] : [schemaRule(options.schema)]),
      ...listed.late,
    ],
  }
}

interface Place {
  readonly model: string
  readonly attribute: string
  readonly place: string
  readonly type: AttributeSchema['type']
}

function readRules(validation: Validation | undefined, at: Place): RuleSet {
  const now: Rule[] = []
  const late: LateRule[] = []
  const { type, model, attribute, place } = at
  const measured = MEASURED_BY_VALUE.includes(type) ? 'value' : UNMEASURED.includes(type) ? undefined : 'length'
  const fault = (message: string, hint?: string): SchemaError =>
    new SchemaError('SCHEMA.INVALID_ATTRIBUTE', `${model}.${place} ${message}`, { hint, details: { model, attribute } })
  const { rules, messages, each, fields, fault: wrong } = ruleListOf(validation)
  if (wrong !== undefined) throw fault(wrong.message, wrong.hint)
  for (const rule of rules) {
    if (typeof rule === 'string') {
      const [name, words] = nameAndWords(rule)
      if (LOOKUPS.includes(name)) {
        const asked = lookupRule(name, words)
        if (asked === undefined)
          throw fault(
            `has the rule "${rule}", which is not complete.`,
            'Write unique, unique:User,email, exists:Team or exists:Team,slug.',
          )
        if (place !== attribute && words.length === 0)
          throw fault('is inside an attribute, where nothing is unique by itself.', 'Write unique:User,email.')
        late.push(asked)
        continue
      }
      const named = namedRule(rule, measured, LOOKUPS)
      if (named === undefined) continue
      if ('hint' in named) throw fault(named.message, named.hint)
      now.push(named)
    } else if (standardOf(rule) !== undefined) late.push(schemaRule(rule))
    else if (typeof memberOf(rule, 'validate') === 'function') {
      const { now: parts, late: whole } = objectRules(rule, type)
      now.push(...parts)
      late.push(...whole)
    } else if (typeof rule === 'function') late.push(functionRule(rule as Parameters<typeof functionRule>[0]))
    else
      throw fault(
        'has a rule that is no rule.',
        "Rules are text such as 'min:5', functions, Standard Schemas and objects of ts-validation.",
      )
  }
  const mayHold = (types: readonly string[]): boolean => types.includes(type) || UNMEASURED.includes(type)
  if (each !== undefined && !mayHold(['list', 'set']))
    throw fault(`is a ${type} and has no elements.`, 'Say `each` of lists and sets.')
  if (fields !== undefined && !mayHold(['map'])) throw fault(`is a ${type} and has no fields.`, 'Say `fields` of maps.')
  const inside = (validation: Validation, step: string): RuleSet =>
    readRules(validation, { model, attribute, place: `${place}${step}`, type: 'any' })
  return {
    required: requires(rules),
    filled: requires(rules),
    bail: rules.includes('bail'),
    now,
    late,
    messages,
    each: each === undefined ? undefined : inside(each, '[]'),
    fields:
      fields === undefined
        ? undefined
        : new Map(Object.entries(fields).map(([name, given]) => [name, inside(given, `.${name}`)])),
  }
}

/** `between:1,5` is `between` and its words. */
function nameAndWords(rule: string): readonly [string, readonly string[]] {
  const at = rule.indexOf(':')
  return at < 0 ? [rule, []] : [rule.slice(0, at), rule.slice(at + 1).split(',')]
}
