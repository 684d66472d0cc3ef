import type { OperationInput, OperationName } from '../../drivers/index.js'
import type { AttributeMap, AttributeValue } from '../../values/index.js'
import type { ResolvedEncryption } from '../config.js'
import type { Connection } from '../connection.js'
import type { ConnectionRequest, Interceptor, RequestContext } from '../interceptor.js'
import { mapParts, type Part } from '../tenancy/request-parts.js'
import { mapErrorItems, mapItems } from './answer-items.js'
import { DataKeys } from './data-keys.js'
import { type EncryptedModel, type EncryptedModels, encryptedModelsOf } from './encrypted-models.js'
import { type Envelope, envelopeOf, openEnvelope, sealEnvelope } from './envelope.js'
import { EncryptionError } from './errors.js'
import type { KeyContext } from './key-provider.js'
import { noted, secretNoteOf, secretValue } from './secret-values.js'

/** What a value is encrypted for: bound to table, model, the row's key, and attribute. */
interface Place {
  readonly text: string
  readonly context: KeyContext
}

type DataKey = Awaited<ReturnType<DataKeys['current']>>

/**
 * Encrypts what models mark as encrypted on its way out, and decrypts it on its way in. Whatever sees requests inside of it
 * has ciphertexts alone, and so have raw requests, backups and exports.
 */
export function encryptionInterceptor(connection: Connection, options: ResolvedEncryption): Interceptor {
  const keys = new DataKeys(options, connection.clock)
  const typeName = connection.config.singleTableDesign.entityTypeAttribute
  return async (request, next) => {
    const models = encryptedModelsOf(connection)
    if (models.byName.size === 0) return next(request)
    const on = new RequestValues(request, models, keys, options, typeName)
    const sent = await on.sealed()
    try {
      const answer = await next(sent)
      if (!on.isOfModels) return answer
      await on.learnKeys((change) => mapItems(sent.operation, sent.input, answer, change))
      return mapItems(sent.operation, sent.input, answer, on.open)
    } catch (error) {
      if (on.isOfModels) {
        await on.learnKeys((change) => mapErrorItems(sent.operation, sent.input, error, change))
        mapErrorItems(sent.operation, sent.input, error, on.open)
      }
      throw error
    }
  }
}

/** The encrypted values of one request and its answer. */
class RequestValues<Name extends OperationName> {
  readonly #request: ConnectionRequest<Name>
  readonly #models: EncryptedModels
  readonly #keys: DataKeys
  readonly #options: ResolvedEncryption
  readonly #typeName: string
  /** Whether rows are asked for as records have them; others are as they are stored. */
  readonly isOfModels: boolean
  /** Data keys of the values in the answer, or why there is none, by header and context. */
  readonly #opening = new Map<string, Uint8Array | EncryptionError>()

  constructor(
    request: ConnectionRequest<Name>,
    models: EncryptedModels,
    keys: DataKeys,
    options: ResolvedEncryption,
    typeName: string,
  ) {
    this.#request = request
    this.#models = models
    this.#keys = keys
    this.#options = options
    this.#typeName = typeName
    this.isOfModels = ofModels(request.context)
  }

  /** The request with its values encrypted. */
  async sealed(): Promise<ConnectionRequest<Name>> {
    const { operation } = this.#request
    const wanted = new Map<string, { readonly context: KeyContext; uses: number }>()
    this.#mapValues((value, place) => {
      const name = JSON.stringify(place.context)
      const known = wanted.get(name)
      if (known === undefined) wanted.set(name, { context: place.context, uses: 1 })
      else known.uses++
      return value
    })
    if (wanted.size === 0 && !this.isOfModels) return this.#request
    const dataKeys = new Map<string, DataKey>()
    for (const [name, { context, uses }] of wanted) dataKeys.set(name, await this.#keys.current(context, uses))
    const sealed = this.#mapValues((value, place) => {
      const { key, header } = dataKeys.get(JSON.stringify(place.context)) as DataKey
      return { B: sealEnvelope(key, header, JSON.stringify(value), place.text) }
    })
    return sealed === undefined ? this.#request : { ...this.#request, operation, input: this.#withKeys(sealed) }
  }

  /** What is decrypted comes with its row's key. */
  #withKeys(input: ConnectionRequest<Name>['input']): ConnectionRequest<Name>['input'] {
    const { operation, context } = this.#request
    const key = this.#models.byName.get(context.model ?? '')?.key
    if (key === undefined) return input
    if (operation === 'BatchGetItem') {
      const { RequestItems } = input as OperationInput<'BatchGetItem'>
      const wanted = Object.entries(RequestItems).map(([table, each]) => [table, alongWith(key, each)])
      return { ...input, RequestItems: Object.fromEntries(wanted) }
    }
    return mapParts(operation, input, (_, part) => alongWith(key, part)) ?? input
  }

  #mapValues(
    seal: (value: AttributeValue, place: Place) => AttributeValue,
  ): ConnectionRequest<Name>['input'] | undefined {
    const { operation, input } = this.#request
    return mapParts(operation, input, (_, part) => {
      const { Item, ExpressionAttributeValues: values } = part
      if (Item === undefined && values === undefined) return part
      return {
        ...part,
        ...(Item === undefined ? {} : { Item: this.#sealedItem(part, Item, seal) }),
        ...(values === undefined
          ? {}
          : { ExpressionAttributeValues: mapMap(values, (value) => this.#sealedValue(part, value, true, seal)) }),
      }
    })
  }

  #sealedItem(
    part: Part,
    item: AttributeMap,
    seal: (value: AttributeValue, place: Place) => AttributeValue,
  ): AttributeMap {
    const entry = this.isOfModels ? this.#entryOf(item) : undefined
    return mapMap(item, (value, name) => {
      // What was not made by the model's codec is encrypted all the same.
      const isBare = entry?.attributes.has(name) && secretNoteOf(value) === undefined && !isEnvelope(value)
      const secret = isBare ? secretValue(value, { model: entry?.model ?? '', attribute: name }) : value
      return this.#sealedValue(part, secret, false, seal)
    })
  }

  /** @param inCondition whether it may be compared with what is stored, encrypted or not */
  #sealedValue(
    part: Part,
    value: AttributeValue,
    inCondition: boolean,
    seal: (value: AttributeValue, place: Place) => AttributeValue,
  ): AttributeValue {
    const note = secretNoteOf(value)
    if (note === undefined) return value
    const entry = this.#models.byName.get(note.model)
    const row = part.Key ?? part.Item
    const place = entry === undefined ? undefined : this.#placeOf(entry, part.TableName, note.attribute, row)
    if (place === undefined)
      throw new EncryptionError(
        'ENCRYPTION.ROW_UNKNOWN',
        `${note.model}.${note.attribute} is encrypted, and the request names no row that it is in.`,
        { details: { model: note.model, attribute: note.attribute } },
      )
    const known = note.stored.get(place.text)
    if (known !== undefined && (inCondition || isEnvelope(known))) return known
    if (note.error !== undefined) throw note.error
    const sealed = seal(value, place)
    if (sealed !== value) note.stored.set(place.text, sealed)
    return sealed
  }

  /** Gets the data keys of what `visit` passes on. */
  async learnKeys(visit: (change: (item: AttributeMap, table: string) => AttributeMap) => unknown): Promise<void> {
    const asked = new Map<string, { readonly envelope: Envelope; readonly context: KeyContext }>()
    visit((item, table) => {
      const entry = this.#entryOf(item)
      for (const name of entry?.attributes ?? []) {
        const value = item[name]
        const envelope = value !== undefined && 'B' in value ? envelopeOf(value.B) : undefined
        if (entry === undefined || envelope === undefined) continue
        const context = this.#contextOf(entry, table)
        asked.set(nameOf(envelope, context), { envelope, context })
      }
      return item
    })
    await Promise.all(
      [...asked].map(async ([name, { envelope, context }]) => {
        const key = await this.#keys.of(envelope, context).catch((error: unknown) => {
          if (!(error instanceof EncryptionError) || error.code === 'ENCRYPTION.KEYS_UNAVAILABLE') throw error
          return error
        })
        this.#opening.set(name, key)
      }),
    )
  }

  /** An item of the answer with its values decrypted. */
  readonly open = (item: AttributeMap, table: string, key: AttributeMap | undefined): AttributeMap => {
    const entry = this.#entryOf(item)
    if (entry === undefined) return item
    return mapMap(item, (value, name) => {
      if (!entry.attributes.has(name) || 'NULL' in value) return value
      const place = this.#placeOf(entry, table, name, key ?? item)
      const { model } = entry
      const stored = new Map(place === undefined ? [] : [[place.text, value]])
      const opened = this.#opened(entry, name, value, place)
      if (opened instanceof EncryptionError)
        return noted({ ...value }, { model, attribute: name, stored, error: opened })
      return noted(opened, { model, attribute: name, stored })
    })
  }

  #opened(
    { model }: EncryptedModel,
    attribute: string,
    value: AttributeValue,
    place: Place | undefined,
  ): AttributeValue | EncryptionError {
    const fault = (code: EncryptionError['code'], message: string): EncryptionError =>
      new EncryptionError(code, `${model}.${attribute} ${message}`, { details: { model, attribute } })
    const envelope = 'B' in value ? envelopeOf(value.B) : undefined
    if (envelope === undefined) {
      if (this.#options.allowPlaintext) return { ...value }
      return fault(
        'ENCRYPTION.PLAINTEXT',
        'is stored as plain text, or was overwritten with something that was never encrypted.',
      )
    }
    if (place === undefined)
      return fault('ENCRYPTION.ROW_UNKNOWN', 'is encrypted for its row, and the row was read without its key.')
    const key = this.#opening.get(nameOf(envelope, place.context))
    if (key instanceof EncryptionError)
      return new EncryptionError(key.code, `${model}.${attribute} cannot be decrypted: ${key.message}`, {
        cause: key,
        details: { model, attribute },
      })
    const text = key === undefined ? undefined : openEnvelope(key, envelope, place.text)
    if (text !== undefined) return JSON.parse(text) as AttributeValue
    return fault(
      'ENCRYPTION.TAMPERED',
      'was changed where it is stored, or moved there from another row, attribute or table.',
    )
  }

  /** The model whose row it is, where that has encrypted attributes. */
  #entryOf(item: AttributeMap): EncryptedModel | undefined {
    const type = item[this.#typeName]
    if (type !== undefined && 'S' in type) return this.#models.byType.get(type.S)
    return this.#models.byName.get(this.#request.context.model ?? '')
  }

  #contextOf({ model }: EncryptedModel, table: string): KeyContext {
    // A table may be named by its ARN.
    return { table: this.#options.boundTo(table.slice(table.lastIndexOf('/') + 1)), model }
  }

  #placeOf(entry: EncryptedModel, table: string, attribute: string, row: AttributeMap | undefined): Place | undefined {
    const key = entry.key.map((name) => row?.[name])
    if (key.includes(undefined)) return undefined
    const context = this.#contextOf(entry, table)
    return { text: JSON.stringify([context.table, context.model, attribute, ...key]), context }
  }
}

function ofModels({ model, asRecords }: RequestContext): boolean {
  return model !== undefined || asRecords === true
}

/** What a request projects, with the key. */
function alongWith<T extends Pick<Part, 'ProjectionExpression' | 'ExpressionAttributeNames'>>(
  key: readonly string[],
  asked: T,
): T {
  const { ProjectionExpression: projection, ExpressionAttributeNames: names = {} } = asked
  if (projection === undefined) return asked
  const there = new Set(projection.split(',').map((path) => names[path.trim()] ?? path.trim()))
  const missing = key.filter((name) => !there.has(name))
  return {
    ...asked,
    ProjectionExpression: [projection, ...missing.map((_, i) => `#rowKey${i}`)].join(', '),
    ExpressionAttributeNames: { ...names, ...Object.fromEntries(missing.map((name, i) => [`#rowKey${i}`, name])) },
  }
}

const isEnvelope = (value: AttributeValue): boolean => 'B' in value && envelopeOf(value.B) !== undefined

const nameOf = ({ header }: Envelope, { table, model }: KeyContext): string =>
  `${header.toString('base64')}|${JSON.stringify([table, model])}`

function mapMap(map: AttributeMap, change: (value: AttributeValue, name: string) => AttributeValue): AttributeMap {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value, name)]))
}
