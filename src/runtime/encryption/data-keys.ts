import { createHash } from 'node:crypto'
import { type Clock, isDynamoDBToolingError } from '../../kernel/index.js'
import type { ResolvedEncryption } from '../config.js'
import { type Envelope, headerOf } from './envelope.js'
import { EncryptionError } from './errors.js'
import type { GeneratedDataKey, KeyContext, KeyProvider } from './key-provider.js'

/** Bytes: two of an envelope hold the length. */
const LONGEST_WRAPPED = 65_535

interface CurrentKey {
  readonly key: Uint8Array
  readonly header: Buffer
  readonly until: number
  uses: number
}

interface KnownKey {
  readonly until: number
  readonly key: Promise<Uint8Array>
}

/** Data keys of one connection, kept within limits of age, use and number. Keys are kept in memory alone. */
export class DataKeys {
  readonly #options: ResolvedEncryption
  readonly #clock: Clock
  readonly #current = new Map<string, Promise<CurrentKey>>()
  /** The oldest first. */
  readonly #known = new Map<string, KnownKey>()

  constructor(options: ResolvedEncryption, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  get #provider(): KeyProvider {
    return this.#options.keys
  }

  /** The data key for new values, which will be `uses` of them. @throws EncryptionError */
  async current(context: KeyContext, uses: number): Promise<{ readonly key: Uint8Array; readonly header: Buffer }> {
    const name = JSON.stringify([context.table, context.model])
    for (;;) {
      const making = this.#current.get(name)
      const known = await making
      const isUsable =
        known !== undefined &&
        known.until > this.#clock.now() &&
        (known.uses === 0 || known.uses + uses <= this.#options.dataKeyUses)
      if (known !== undefined && isUsable) {
        known.uses += uses
        return known
      }
      // Another one may have put a new key there meanwhile.
      if (this.#current.get(name) !== making) continue
      const made = this.#generate(context)
      bounded(this.#current, this.#options.dataKeys)
      this.#current.set(name, made)
      made.catch(() => {
        if (this.#current.get(name) === made) this.#current.delete(name)
      })
    }
  }

  async #generate(context: KeyContext): Promise<CurrentKey> {
    const given = await this.#ask(() => this.#provider.generateDataKey(context))
    const { keyId, plaintext, wrapped } = given ?? NO_KEY
    const idLength = typeof keyId === 'string' ? Buffer.byteLength(keyId, 'utf8') : 0
    const hasId = typeof keyId === 'string' && idLength > 0 && idLength < 256
    if (!hasId || !isKey(plaintext) || !(wrapped instanceof Uint8Array) || wrapped.length > LONGEST_WRAPPED)
      throw new EncryptionError('ENCRYPTION.INVALID_KEYS', 'The key provider gave no data key of 32 bytes with an id.')
    const header = headerOf(keyId, wrapped)
    const until = this.#until()
    // What was just written is read without asking.
    this.#learn(nameOf(header, context), { key: Promise.resolve(plaintext), until })
    return { key: plaintext, header, until, uses: 0 }
  }

  #learn(name: string, known: KnownKey): void {
    this.#known.delete(name)
    bounded(this.#known, this.#options.dataKeys)
    this.#known.set(name, known)
  }

  /** The data key that a value is under. @throws EncryptionError */
  async of({ keyId, wrapped, header }: Envelope, context: KeyContext): Promise<Uint8Array> {
    const name = nameOf(header, context)
    let known = this.#known.get(name)
    if (known === undefined || known.until <= this.#clock.now()) {
      const key = this.#ask(() => this.#provider.unwrapDataKey(wrapped, keyId, context)).then((given) => {
        if (isKey(given)) return given
        throw new EncryptionError('ENCRYPTION.INVALID_KEYS', 'The key provider gave no data key of 32 bytes.')
      })
      known = { key, until: this.#until() }
      this.#learn(name, known)
      const asked = known
      key.catch(() => {
        if (this.#known.get(name) === asked) this.#known.delete(name)
      })
    }
    return known.key
  }

  #until(): number {
    return this.#clock.now() + this.#options.dataKeyAge
  }

  /** What a provider throws other than codes of this package says that keys cannot be had now. */
  async #ask<T>(fn: () => Promise<T>): Promise<T> {
    const late = new AbortController()
    const { timeout } = this.#options
    const tooLate = this.#clock.sleep(timeout, late.signal).then(
      () => {
        throw new EncryptionError('ENCRYPTION.KEYS_UNAVAILABLE', `The key provider gave no answer in ${timeout} ms.`)
      },
      () => new Promise<never>(() => {}),
    )
    try {
      return await Promise.race([fn(), tooLate])
    } catch (error) {
      if (isDynamoDBToolingError(error)) throw error
      throw new EncryptionError('ENCRYPTION.KEYS_UNAVAILABLE', 'The key provider gave no data key.', { cause: error })
    } finally {
      late.abort()
    }
  }
}

function nameOf(header: Buffer, { table, model }: KeyContext): string {
  return createHash('sha256')
    .update(header)
    .update(JSON.stringify([table, model]))
    .digest('base64')
}

const NO_KEY: Partial<GeneratedDataKey> = {}
const isKey = (given: unknown): given is Uint8Array => given instanceof Uint8Array && given.length === 32

function bounded(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys()
  if (oldest !== undefined && map.size >= most) map.delete(oldest)
}
