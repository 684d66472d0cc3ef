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

/** @throws EncryptionError `ENCRYPTION.NOT_CONFIGURED` where nothing says what the attributes are encrypted with */
export function checkEncryption(schema: EntitySchema, { config }: Connection): void {
  if (config.encryption !== undefined) return
  const [attribute] = encryptedIn(schema)
  if (attribute === undefined) return
  throw new EncryptionError(
    'ENCRYPTION.NOT_CONFIGURED',
    `${schema.name}.${attribute} is encrypted, and the config has no keys.`,
    { details: { model: schema.name, attribute } },
  )
}

const encryptedIn = ({ attributes }: EntitySchema): readonly string[] =>
  attributes.flatMap(({ name, encrypted }) => (encrypted ? [name] : []))
