import type { Connection } from '../connection.js'

/** A model with encrypted attributes. */
export interface EncryptedModel {
  readonly model: string
  readonly entityType: string
  readonly attributes: ReadonlySet<string>
  /** The names of the table's key. */
  readonly key: readonly string[]
}

export interface EncryptedModels {
  readonly byName: ReadonlyMap<string, EncryptedModel>
  readonly byType: ReadonlyMap<string, EncryptedModel>
}

const NONE: EncryptedModels = { byName: new Map(), byType: new Map() }
const described = new WeakMap<Connection, () => EncryptedModels>()

/** Says which attributes of a connection's models are encrypted. Models are above connections, which therefore cannot know. */
export function describeEncrypted(connection: Connection, models: () => readonly EncryptedModel[]): void {
  let seen: readonly EncryptedModel[] | undefined
  let known = NONE
  described.set(connection, () => {
    const now = models()
    if (now === seen) return known
    seen = now
    known = {
      byName: new Map(now.map((each) => [each.model, each])),
      byType: new Map(now.map((each) => [each.entityType, each])),
    }
    return known
  })
}

export function encryptedModelsOf(connection: Connection): EncryptedModels {
  return described.get(connection)?.() ?? NONE
}
