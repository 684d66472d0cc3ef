import { suggest } from '../kernel/index.js'
import type { AttributeOptions, Validation } from '../schema/index.js'
import { type AttributeType, kindOf } from '../values/index.js'
import { typeOfRule } from './rule-type.js'
import { isPlainObject, type StacksAttribute } from './stacks-definition.js'

/** What a definition means here: collected while it is read. */
export interface Reading {
  readonly name: string
  /** Things that are kept and not acted on, in sentences. */
  note(text: string): void
  fault(message: string, hint?: string): Error
}

/** Options that are the same in both worlds. */
const SAME = [
  'fillable',
  'guarded',
  'hidden',
  'unique',
  'index',
  'default',
  'enum',
  'min',
  'max',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'schema',
  'validate',
  'factory',
] as const
const READ: readonly string[] = [
  ...SAME,
  'type',
  'required',
  'nullable',
  'cast',
  'validation',
  'validator',
  'order',
  'foreignKey',
]
const TYPES: readonly string[] = 'string number boolean date list map set binary bigint decimal json any'.split(' ')
const NAMED_CASTS: readonly string[] = 'string int integer float number bool boolean date datetime'.split(' ')
/** Casts whose values are structures; Stacks keeps them as text, DynamoDB as they are. */
const STRUCTURES: ReadonlyMap<string, AttributeType> = new Map([
  ['array', 'list'],
  ['collection', 'list'],
  ['object', 'map'],
  ['json', 'any'],
])
const CAST_TYPES: ReadonlyMap<string, AttributeType> = new Map([
  ['string', 'string'],
  ['int', 'number'],
  ['integer', 'number'],
  ['float', 'number'],
  ['number', 'number'],
  ['bool', 'boolean'],
  ['boolean', 'boolean'],
  ['date', 'date'],
  ['datetime', 'date'],
])

/** One attribute as this package writes it. */
export function readStacksAttribute(attribute: string, given: StacksAttribute, reading: Reading): AttributeOptions {
  const at = `${reading.name}.${attribute}`
  const anything: unknown = given
  if (!isPlainObject(anything))
    throw reading.fault(`has the attribute "${attribute}", which must be an object, not ${kindOf(given)}.`)
  const { rule, message } = readValidation(given.validation ?? given.validator, attribute, reading)
  const ruled = typeOfRule(rule)
  const type = typeOf(given, ruled?.type)
  if (type === undefined) reading.note(`${at} does not say what it holds: it takes anything.`)
  const options: Record<string, unknown> = { type: type ?? 'any' }
  for (const name of SAME)
    if (given[name as keyof StacksAttribute] !== undefined) options[name] = given[name as keyof StacksAttribute]
  if (given.required === true && given.nullable !== true) options['required'] = true
  const choices = Array.isArray(given.type) ? given.type : ruled?.enum
  if (choices !== undefined && options['enum'] === undefined) options['enum'] = choices
  const structure = typeof given.cast === 'string' ? STRUCTURES.get(given.cast) : undefined
  if (given.cast !== undefined && structure === undefined) {
    if (typeof given.cast === 'string' && !NAMED_CASTS.includes(given.cast))
      reading.note(`${at} has the cast "${given.cast}", which is kept and does nothing here.`)
    else options['cast'] = given.cast
  }
  if (structure !== undefined && rule !== undefined && ruled !== undefined && ruled.type !== structure)
    reading.note(`${at} is cast to ${given.cast as string}: its rule is about the text of it, and is not checked.`)
  else if (rule !== undefined || message !== undefined)
    options['validation'] = { ...(rule === undefined ? {} : { rule }), ...(message === undefined ? {} : { message }) }
  if (given.unique === true && ['boolean', 'list', 'map', 'set', 'json', 'any'].includes(String(options['type']))) {
    if (type !== undefined) throw reading.fault(`has the attribute "${attribute}", a ${type} that cannot be unique.`)
    options['type'] = 'string'
  }
  for (const name of Object.keys(given)) {
    if (READ.includes(name)) continue
    const meant = suggest(name, READ)
    reading.note(
      `${at} says "${name}", which is kept and does nothing here.${meant === undefined ? '' : ` Is "${meant}" meant?`}`,
    )
  }
  return options as unknown as AttributeOptions
}

function typeOf(given: StacksAttribute, ruled: AttributeType | undefined): AttributeType | undefined {
  const { type, cast, default: fallback } = given
  if (Array.isArray(type)) {
    const [first] = type as readonly unknown[]
    return typeof first === 'number' ? 'number' : 'string'
  }
  if (typeof cast === 'string' && STRUCTURES.has(cast)) return STRUCTURES.get(cast)
  if (type === 'json') return 'any'
  if (typeof type === 'string' && TYPES.includes(type)) return type as AttributeType
  if (typeof type === 'string') {
    const named = typeOfRule(type)?.type
    if (named !== undefined) return named
  }
  if (ruled !== undefined) return ruled
  if (typeof cast === 'string' && CAST_TYPES.has(cast)) return CAST_TYPES.get(cast)
  if (fallback instanceof Date) return 'date'
  const kind = typeof fallback
  return kind === 'string' || kind === 'number' || kind === 'boolean' || kind === 'bigint' ? kind : undefined
}

/** `{ rule, message }`, or a rule alone. */
function readValidation(
  given: unknown,
  attribute: string,
  reading: Reading,
): { readonly rule?: Validation; readonly message?: string | Record<string, string> } {
  if (given === undefined || given === null) return {}
  const wrapped = isPlainObject(given) && !('validate' in given) && !('~standard' in given)
  if (!wrapped) return { rule: given as Validation }
  const { rule, message, ...rest } = given
  for (const name of Object.keys(rest))
    reading.note(`${reading.name}.${attribute}.validation says "${name}", which is kept and does nothing here.`)
  const isMessage = typeof message === 'string' || message === undefined || isPlainObject(message)
  if (!isMessage) throw reading.fault(`has messages of "${attribute}" that are neither text nor an object.`)
  // An object without anything in it is how definitions leave a rule open.
  const open =
    rule === undefined ||
    rule === null ||
    (isPlainObject(rule) && Object.keys(rule).length === 0 && !('validate' in rule))
  if (open && rule !== undefined) reading.note(`${reading.name}.${attribute} has a rule that says nothing.`)
  return {
    ...(open ? {} : { rule: rule as Validation }),
    ...(message === undefined ? {} : { message: message as string | Record<string, string> }),
  }
}
