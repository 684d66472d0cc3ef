import { type Connection, type EncryptedModel, EncryptionError } from '../runtime/index.js'
import type { EntitySchema } from '../schema/index.js'
import type { TableDesign } from '../single-table/index.js'

/** The models with encrypted attributes, as requests on their rows need to know them. */
export function encryptedModels(designs: readonly TableDesign[]): readonly EncryptedModel[] {
  return designs.flatMap(({ entities, key }) =>
    [...entities.values()].flatMap(({ schema }) => {
      const attributes = encryptedIn(schema)
      if (attributes.length === 0) return []
      return [{ model: schema.name, entityType: schema.entityType, attributes: new Set(attributes), key: key.names }]
    }),
  )
}

/**
 * The key of blind indexes, where the model has any.
 *
 * @throws EncryptionError `ENCRYPTION.NOT_CONFIGURED` where nothing says what the attributes are encrypted with
 */
export function blindIndexKey(schema: EntitySchema, { config: { encryption } }: Connection): Uint8Array | undefined {
  const [attribute] = encryptedIn(schema)
  if (attribute === undefined) return undefined
  const lacks = (lacking: string, hint?: string): EncryptionError =>
    new EncryptionError('ENCRYPTION.NOT_CONFIGURED', `${schema.name}.${attribute} is encrypted, and ${lacking}.`, {
      hint,
      details: { model: schema.name, attribute },
    })
  if (encryption === undefined) throw lacks('the config has no keys')
  if (schema.attributes.every(({ blindIndexOf }) => blindIndexOf === undefined)) return undefined
  const { blindIndexKey: key } = encryption
  if (key === undefined)
    throw lacks(
      'the config has no key for blind indexes',
      'Give `encryption.blindIndexKey`: 32 random bytes, or their base64.',
    )
  return key
}

const encryptedIn = ({ attributes }: EntitySchema): readonly string[] =>
  attributes.flatMap(({ name, encrypted }) => (encrypted ? [name] : []))
