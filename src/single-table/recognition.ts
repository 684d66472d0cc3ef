import { matchesTemplate } from '../keys/index.js'
import { type EntitySchema, type RecognizedBy, SchemaError } from '../schema/index.js'
import { type AttributeMap, type AttributeValue, kindOf, unmarshall } from '../values/index.js'
import type { DesignOptions } from './design-options.js'
import type { KeyPart } from './path-key.js'
import type { EntityDesign } from './table-design.js'
import { NOTE_TYPES } from './unique-guard.js'

/** How an item of the table is known to be a row of a model: by every item, its type attribute, its keys, or a function. */
export type Recognition =
  | { readonly kind: 'every' }
  | { readonly kind: 'type'; readonly attribute: string; readonly value: AttributeValue }
  | { readonly kind: 'keys'; readonly attribute: string }
  | {
      readonly kind: 'function'
      readonly attribute: string
      readonly accepts: Extract<RecognizedBy, (...given: never) => unknown>
    }

/** In a table of its own every item is a row of the model, unless the model says otherwise. */
export function recognitionOf(schema: EntitySchema, { enabled, entityTypeAttribute }: DesignOptions): Recognition {
  const by = schema.recognizedBy ?? (enabled ? 'type' : undefined)
  const attribute = entityTypeAttribute
  if (by === undefined) return Object.freeze({ kind: 'every' } as const)
  if (by === 'type')
    return Object.freeze({ kind: by, attribute, value: Object.freeze({ S: schema.entityType }) } as const)
  if (by === 'keys') return Object.freeze({ kind: by, attribute } as const)
  return Object.freeze({ kind: 'function', attribute, accepts: by } as const)
}

/**
 * True for an item that is a row of the model. The package's own notes are rows of none.
 *
 * @throws SchemaError when the model's own function does not say true or false
 */
export function recognizes(design: EntityDesign, item: AttributeMap): boolean {
  const { recognition } = design
  if (recognition.kind === 'every') return true
  const type = item[recognition.attribute]
  const text = type !== undefined && 'S' in type ? type.S : undefined
  if (recognition.kind === 'type') return text === design.schema.entityType
  if (text !== undefined && NOTE_TYPES.includes(text)) return false
  if (recognition.kind === 'keys') return tableKeyParts(design).every((part) => isKeyOf(part, item))
  const answer: unknown = recognition.accepts(unmarshall(item))
  if (typeof answer === 'boolean') return answer
  throw new SchemaError(
    'SCHEMA.INVALID_STATIC',
    `${design.schema.name}.recognizedBy must return true or false, not ${kindOf(answer)}.`,
    { hint: 'It is asked of every item that is read, and cannot wait: return a comparison.' },
  )
}

function isKeyOf(part: KeyPart, item: AttributeMap): boolean {
  const value = item[part.name]
  if (value === undefined || part.kind !== 'template') return value !== undefined
  return 'S' in value && matchesTemplate(part.template, value.S, item)
}

/** The attributes that an item must come with to be recognised; undefined for all of them. */
export function recognizingAttributes(design: EntityDesign): readonly string[] | undefined {
  const { recognition } = design
  if (recognition.kind === 'every') return []
  if (recognition.kind === 'type') return [recognition.attribute]
  if (recognition.kind === 'function') return undefined
  const parts = tableKeyParts(design)
  const attributes = parts.flatMap((part) => (part.kind === 'template' ? part.template.attributes : []))
  return [...new Set([recognition.attribute, ...parts.map(({ name }) => name), ...attributes])]
}

function tableKeyParts({ primary }: EntityDesign): readonly KeyPart[] {
  return [...primary.partition.parts, ...primary.sort.parts]
}
