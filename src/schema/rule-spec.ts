import type { AttributeOptions, RuleSpec, Validation, ValidationOptions } from './definition.js'
import { ANYTHING, faultIn, OBJECT, type OptionKinds } from './option-kinds.js'

/** What is said of one place, flat: `'required|min:5'` is two rules, messages are by rule. */
export interface RuleList {
  readonly rules: readonly unknown[]
  readonly messages: ValidationOptions['message']
  readonly each?: Validation
  readonly fields?: Readonly<Record<string, Validation>>
  /** What is wrong with it, to follow the name of its place. */
  readonly fault?: { readonly message: string; readonly hint?: string }
}

const KINDS: OptionKinds<ValidationOptions> = { rule: ANYTHING, message: ANYTHING, each: ANYTHING, fields: OBJECT }

/** The rules of a place, unread: text, functions and schemas. */
export function ruleListOf(validation: Validation | undefined): RuleList {
  if (validation === undefined) return { rules: [], messages: undefined }
  if (!isOptions(validation)) return { rules: flat(validation), messages: undefined }
  const { rule, message, each, fields } = validation
  const fault = faultIn(validation, KINDS) ?? messageFault(message)
  return {
    rules: rule === undefined ? [] : flat(rule),
    messages: message,
    ...(each === undefined ? {} : { each }),
    ...(fields === undefined ? {} : { fields }),
    ...(fault === undefined ? {} : { fault }),
  }
}

/** True where the rules say that a value must be there. */
export function requires(rules: readonly unknown[]): boolean {
  return rules.some((rule) => rule === 'required' || memberOf(rule, 'isRequired') === true)
}

/** True where the rules say that no two rows may have the same value of this attribute. */
export function claims({ validation }: AttributeOptions): boolean {
  return ruleListOf(validation).rules.some((rule) => rule === 'unique' || rule === 'uniqueAsync')
}

/** A member of what may be anything. */
export function memberOf(of: unknown, name: string): unknown {
  return of === null || of === undefined ? undefined : Reflect.get(Object(of), name)
}

/** `{ rule, message }`, and no schema: those have other members, and say how they validate. */
function isOptions(given: Validation): given is ValidationOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  return !('~standard' in given) && typeof memberOf(given, 'validate') !== 'function'
}

function messageFault(message: unknown): RuleList['fault'] {
  if (message === undefined || typeof message === 'string') return undefined
  if (OBJECT.accepts(message) && Object.values(message as object).every((text) => typeof text === 'string'))
    return undefined
  return {
    message: 'has messages that are neither text nor an object of texts.',
    hint: "Write message: { min: 'Too short.' }.",
  }
}

function flat(rules: RuleSpec | readonly RuleSpec[]): readonly unknown[] {
  // In a list a rule is whole: a pattern may hold the character between rules.
  if (Array.isArray(rules)) return rules.map((rule: unknown) => (typeof rule === 'string' ? rule.trim() : rule))
  return typeof rules === 'string' ? rules.split('|').map((rule) => rule.trim()) : [rules]
}
