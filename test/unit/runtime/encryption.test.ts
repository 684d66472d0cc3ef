import { randomBytes } from 'node:crypto'
import {
  connect,
  DynamoDBModel,
  defineModel,
  EncryptionError,
  type GeneratedDataKey,
  type KeyProvider,
  type KmsClient,
  kmsKeys,
  localKeyRing,
  reencrypt,
  registerModels,
  resolveConfig,
} from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../../src/kernel/index.js'
import type { EncryptionConfig, ResolvedEncryption } from '../../../src/runtime/config.js'
import { sealBytes } from '../../../src/runtime/encryption/aes-gcm.js'
import { DataKeys } from '../../../src/runtime/encryption/data-keys.js'
import { envelopeOf } from '../../../src/runtime/encryption/envelope.js'

const coded = (code: string): unknown => expect.objectContaining({ code })
const KEY = randomBytes(32)
const ring = localKeyRing({ current: 'a', keys: { a: KEY } })
const CONTEXT = { table: 'app', model: 'User' }
const resolved = (more: Partial<EncryptionConfig> = {}): ResolvedEncryption =>
  resolveConfig({ region: 'eu-central-1', encryption: { keys: ring, ...more } }, { env: {} })
    .encryption as ResolvedEncryption

/** A key provider that counts what it is asked for. */
function counted(): { keys: KeyProvider; asked: { generate: number; unwrap: number } } {
  const asked = { generate: 0, unwrap: 0 }
  const keys: KeyProvider = {
    currentKeyId: 'a',
    generateDataKey(context) {
      asked.generate++
      return ring.generateDataKey(context)
    },
    unwrapDataKey(...given) {
      asked.unwrap++
      return ring.unwrapDataKey(...given)
    },
  }
  return { keys, asked }
}

function clockAt(): Clock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
  }
  return clock
}

describe('data keys', () => {
  test('Z14: of 1,000,000 values under one key no two have the same nonce', () => {
    const nonces = new Set<string>()
    const plain = Buffer.from('1')
    for (let i = 0; i < 1_000_000; i++) nonces.add(sealBytes(KEY, plain, plain).toString('latin1', 0, 12))
    expect(nonces.size).toBe(1_000_000)
  }, 120_000)

  test('S1: a data key serves so many values, for so long, and is asked for once', async () => {
    const clock = clockAt()
    const { keys, asked } = counted()
    const dataKeys = new DataKeys(resolved({ keys, dataKeyUses: 10, dataKeyAge: 5000 }), clock)
    const used = await Promise.all(Array.from({ length: 25 }, () => dataKeys.current(CONTEXT, 1)))
    expect(asked.generate).toBe(3)
    const headers = [...new Set(used.map(({ header }) => header))]
    expect(headers.map((each) => used.filter(({ header }) => header === each).length)).toEqual([10, 10, 5])
    clock.time = 4999
    await dataKeys.current(CONTEXT, 1)
    expect(asked.generate).toBe(3)
    clock.time = 5000
    await dataKeys.current(CONTEXT, 1)
    expect(asked.generate).toBe(4)
    await dataKeys.current({ ...CONTEXT, model: 'Other' }, 1)
    expect(asked.generate).toBe(5)
    // One request of more values than a key is for has one of its own.
    await dataKeys.current(CONTEXT, 500)
    expect(asked).toEqual({ generate: 6, unwrap: 0 })
  })

  test('S1: keys that were unwrapped are kept within limits of number and age', async () => {
    const clock = clockAt()
    const { keys, asked } = counted()
    const writer = new DataKeys(resolved({ keys, dataKeyUses: 1 }), clock)
    const envelopes: ReturnType<typeof envelopeOf>[] = []
    for (let i = 0; i < 5; i++) {
      const { header } = await writer.current(CONTEXT, 1)
      envelopes.push(envelopeOf(header.toString('base64')))
    }
    const reader = new DataKeys(resolved({ keys, dataKeys: 3, dataKeyAge: 5000 }), clock)
    const read = async (i: number) => reader.of(envelopes[i] as NonNullable<(typeof envelopes)[0]>, CONTEXT)
    await Promise.all([read(0), read(0), read(1), read(2)])
    expect(asked.unwrap).toBe(3)
    await read(0)
    expect(asked.unwrap).toBe(3)
    await read(3)
    await read(0)
    expect(asked.unwrap).toBe(5)
    clock.time = 5000
    await read(3)
    expect(asked.unwrap).toBe(6)
  })

  test('S1: a provider that fails, is late or gives what is no key is an error with a code, and is asked again', async () => {
    const clock = clockAt()
    const failing = (generateDataKey: () => Promise<unknown>) =>
      new DataKeys(
        resolved({
          keys: { ...ring, generateDataKey: generateDataKey as () => Promise<GeneratedDataKey> },
          timeout: 20,
        }),
        clock,
      ).current(CONTEXT, 1)
    await expect(failing(() => Promise.reject(new Error('no route')))).rejects.toThrow(
      coded('ENCRYPTION.KEYS_UNAVAILABLE'),
    )
    await expect(failing(() => new Promise(() => {}))).rejects.toThrow(coded('ENCRYPTION.KEYS_UNAVAILABLE'))
    for (const given of [
      undefined,
      {},
      { keyId: 'a', plaintext: randomBytes(16), wrapped: KEY },
      { keyId: '', plaintext: KEY, wrapped: KEY },
    ])
      await expect(failing(() => Promise.resolve(given))).rejects.toThrow(
        expect.objectContaining({ code: expect.stringMatching(/INVALID_KEYS|KEYS_UNAVAILABLE/) }),
      )
    let attempts = 0
    const flaky: KeyProvider = {
      ...ring,
      generateDataKey: (context) =>
        attempts++ === 0 ? Promise.reject(new Error('once')) : ring.generateDataKey(context),
    }
    const dataKeys = new DataKeys(resolved({ keys: flaky }), clock)
    await expect(dataKeys.current(CONTEXT, 1)).rejects.toThrow(EncryptionError)
    expect((await dataKeys.current(CONTEXT, 1)).key).toHaveLength(32)
  })
})

describe('key providers', () => {
  test('S1: a key ring refuses keys that are none', () => {
    for (const [current, keys] of [
      ['a', {}],
      ['b', { a: KEY }],
      ['a', { a: 'short' }],
      ['a', { a: randomBytes(16) }],
      ['', { '': KEY }],
      ['a', { a: 7 }],
    ] as const)
      expect(() => localKeyRing({ current, keys: keys as never })).toThrow(coded('ENCRYPTION.INVALID_KEYS'))
    expect(() => localKeyRing({ current: 'a', keys: undefined as never })).toThrow(coded('ENCRYPTION.INVALID_KEYS'))
  })

  test('S2: a data key is bound to table, model and key', async () => {
    const both = localKeyRing({ current: 'a', keys: { a: KEY, b: KEY } })
    const { wrapped } = await both.generateDataKey(CONTEXT)
    expect(await both.unwrapDataKey(wrapped, 'a', CONTEXT)).toHaveLength(32)
    for (const [id, context] of [
      ['b', CONTEXT],
      ['a', { ...CONTEXT, table: 'app2' }],
      ['a', { ...CONTEXT, model: 'Other' }],
    ] as const)
      await expect(both.unwrapDataKey(wrapped, id, context)).rejects.toThrow(coded('ENCRYPTION.TAMPERED'))
    await expect(both.unwrapDataKey(wrapped, 'c', CONTEXT)).rejects.toThrow(coded('ENCRYPTION.UNKNOWN_KEY'))
    await expect(both.unwrapDataKey(new Uint8Array(3), 'a', CONTEXT)).rejects.toThrow(coded('ENCRYPTION.TAMPERED'))
  })

  test('S1: keys of AWS KMS: the requests are those of GenerateDataKey and Decrypt', async () => {
    const sent: unknown[] = []
    let fails: string | undefined
    const kms: KmsClient = {
      async generateDataKey(input) {
        sent.push(input)
        return { Plaintext: KEY, CiphertextBlob: new Uint8Array([1]) }
      },
      async decrypt(input) {
        sent.push(input)
        if (fails !== undefined) throw Object.assign(new Error('from KMS'), { name: fails })
        return { Plaintext: KEY }
      },
    }
    const keys = kmsKeys({ kms, keyId: 'alias/new', oldKeyIds: ['alias/old'] })
    const EncryptionContext = { package: 'dynamodb-tooling', table: 'app', model: 'User' }
    expect(await keys.generateDataKey(CONTEXT)).toEqual({
      keyId: 'alias/new',
      plaintext: KEY,
      wrapped: new Uint8Array([1]),
    })
    expect(await keys.unwrapDataKey(new Uint8Array([1]), 'alias/old', CONTEXT)).toBe(KEY)
    expect(sent).toEqual([
      { KeyId: 'alias/new', KeySpec: 'AES_256', EncryptionContext },
      { KeyId: 'alias/old', CiphertextBlob: new Uint8Array([1]), EncryptionContext },
    ])
    // A row may name any key: only those that were given are used.
    await expect(keys.unwrapDataKey(new Uint8Array([1]), 'alias/evil', CONTEXT)).rejects.toThrow(
      coded('ENCRYPTION.UNKNOWN_KEY'),
    )
    expect(sent).toHaveLength(2)
    fails = 'InvalidCiphertextException'
    await expect(keys.unwrapDataKey(new Uint8Array([1]), 'alias/new', CONTEXT)).rejects.toThrow(
      coded('ENCRYPTION.TAMPERED'),
    )
    fails = 'KMSInternalException'
    await expect(keys.unwrapDataKey(new Uint8Array([1]), 'alias/new', CONTEXT)).rejects.toThrow('from KMS')
    expect(() => kmsKeys({ kms, keyId: '' })).toThrow(coded('ENCRYPTION.INVALID_KEYS'))
  })
})

describe('models with encrypted attributes', () => {
  const id = { type: 'string', required: true } as const
  class Person extends DynamoDBModel {
    attributes = {
      id,
      name: { type: 'string', encrypted: true },
      age: { type: 'number', encrypted: true },
      home: { type: 'map', encrypted: true },
      tags: { type: 'set', encrypted: true },
    } as const
  }
  const connection = connect({ region: 'eu-central-1', encryption: { keys: ring } })
  const inside = <T>(fn: () => T): T =>
    connection.run(() => {
      registerModels(Person)
      return fn()
    })

  test('S1: without keys in the config a model with encrypted attributes is refused', () => {
    const bare = connect({ region: 'eu-central-1' })
    expect(() => bare.run(() => registerModels(Person))).toThrow(coded('ENCRYPTION.NOT_CONFIGURED'))
    class Found extends DynamoDBModel {
      attributes = { id, email: { type: 'string', encrypted: true, blindIndex: true } } as const
    }
    const without = connect({ region: 'eu-central-1', encryption: { keys: ring } })
    expect(() => without.run(() => registerModels(Found))).toThrow(coded('ENCRYPTION.NOT_CONFIGURED'))
    expect(() => resolveConfig({ encryption: { keys: ring, blindIndexKey: 'short' } })).toThrow(coded('CONFIG.INVALID'))
    expect(() => resolveConfig({ encryption: {} as never })).toThrow(coded('CONFIG.INVALID'))
    expect(() => resolveConfig({ encryption: { keys: 'secret-key-text' as never } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-key-text') }),
    )
  })

  test('S1: what an encrypted attribute cannot be asked or done is refused before anything is sent', async () => {
    const refused: (() => unknown)[] = [
      () => Person.where('name', 'x').get(),
      () => Person.where('age', '>', 1).get(),
      () => Person.whereIn('name', ['x']).get(),
      () => Person.whereBetween('age', [1, 2]).get(),
      () => Person.where('name', 'begins_with', 'x').get(),
      () => Person.where('home.city', 'x').get(),
      () => Person.query().whereNull('home.city').get(),
      () => Person.where((query) => query.where('id', 'a').orWhere('name', 'x')).get(),
      () => Person.orderBy('name').get(),
      () => Person.where('name', 'x').update({ age: 1 }),
      () => Person.where('name', 'x').explain(),
    ]
    for (const [i, ask] of refused.entries())
      await expect(
        inside(async () => ask()),
        `case ${i}`,
      ).rejects.toThrow(coded('QUERY.ENCRYPTED'))
    for (const change of [() => Person.increment('1', 'age'), () => Person.update('1', { 'home.city': 'x' })])
      await expect(inside(async () => change())).rejects.toThrow(coded('MODEL.INVALID_INPUT'))
  })

  test('S1: keys and indexes of encrypted attributes are refused where the model is defined', () => {
    const note = { type: 'string', encrypted: true } as const
    for (const more of [
      { keyPattern: { pk: 'NOTE#{note}', sk: 'NOTE#{id}' } },
      { indexes: { byNote: { partition: ['note'] } } },
      { indexes: { byKind: { partition: ['kind'], sort: ['note'] } } },
    ]) {
      const made = connect({ region: 'eu-central-1', encryption: { keys: ring } })
      const Note = defineModel({ name: 'Note', attributes: { id, kind: { type: 'string' }, note }, ...more } as never)
      expect(() => (Note.on(made) as any).where('id', '1').explain()).toThrow(coded('DESIGN.ENCRYPTED_KEY'))
    }
  })

  test('S4: reencrypt is for models with encrypted attributes', async () => {
    const Plain = defineModel({ name: 'Plain', attributes: { id } })
    await expect(connection.run(() => reencrypt(Plain as never))).rejects.toThrow(coded('SECURITY.INVALID'))
  })
})
