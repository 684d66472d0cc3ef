import type { AttributeOptions } from './definition.js'
import type { AttributeSchema } from './entity-schema.js'
import { SchemaError } from './errors.js'
import { claims } from './rule-spec.js'

/** Types of which the same value is always stored in the same form. */
const BLIND: readonly string[] = ['string', 'number', 'bigint', 'decimal', 'date', 'binary']

/** What is encrypted differs each time it is stored: nothing can be found by it, or in its order. */
export function checkEncrypted(
  name: string,
  options: AttributeOptions,
  isKey: boolean,
  fault: (message: string, hint?: string) => SchemaError,
): void {
  const { type, encrypted, blindIndex } = options
  if (blindIndex === true) {
    if (encrypted !== true)
      throw fault('has a blindIndex and is not encrypted.', 'Write { encrypted: true, blindIndex: true }.')
    if (!BLIND.includes(type)) throw fault(`is a ${type} and has no blindIndex.`, `Those have: ${BLIND.join(', ')}.`)
    if (options.sparse)
      throw fault('is sparse and has a blindIndex.', 'Leave sparse out: rows without a value are in no index.')
  }
  if (encrypted !== true) return
  if (isKey) throw fault('is encrypted and the key, by which rows are found.')
  const asked = (['unique', 'index', 'sparse'] as const).find((option) => options[option])
  if (blindIndex !== true && (asked !== undefined || claims(options)))
    throw fault(
      `is encrypted and ${asked ?? 'unique'}: the same value is stored in another form each time.`,
      'Add blindIndex: true, by which equal values are found.',
    )
}

/** The attribute that holds the keyed hash of an encrypted one. */
export const blindIndexName = (attribute: string): string => `${attribute}BlindIndex`

/** What the encrypted attribute asks of it. */
export function blindOptions({ unique, index, ...options }: AttributeOptions): AttributeOptions {
  return {
    type: 'string',
    hidden: true,
    fillable: false,
    ...(unique === true || claims(options) ? { unique: true } : {}),
    ...(index === true ? { index } : {}),
  }
}

/** What DynamoDB or the package computes with is stored as it is. */
export function checkKept(model: string, attribute: AttributeSchema | undefined): void {
  if (attribute?.encrypted !== true) return
  throw new SchemaError(
    'SCHEMA.INVALID_ATTRIBUTE',
    `${model}.${attribute.name} is encrypted, and is a moment, a version or a counter that is kept in the row.`,
    {
      hint: 'Remove `encrypted`: what DynamoDB or this package computes with is stored as it is.',
      details: { model, attribute: attribute.name },
    },
  )
}
