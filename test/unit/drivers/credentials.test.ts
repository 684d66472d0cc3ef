import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CredentialTools, createCredentialSource } from '../../../src/drivers/http/credentials.js'
import type { AwsCredentials } from '../../../src/drivers/index.js'
import { systemClock } from '../../../src/kernel/index.js'

const MINUTE = 60_000
const clock = { time: 0, now: () => clock.time, sleep: async () => undefined }
const tools = (more: Partial<CredentialTools> = {}): CredentialTools => ({ loopback: false, clock, env: {}, ...more })
const none = { credentials: undefined, profile: undefined, region: 'us-east-1' }
const keys = (expiresIn?: number): AwsCredentials => ({
  accessKeyId: 'AKIA',
  secretAccessKey: 'secret',
  ...(expiresIn === undefined ? {} : { expiration: new Date(clock.time + expiresIn) }),
})

describe('where credentials come from', () => {
  test('D2: given ones are used as they are', async () => {
    const given = keys()
    expect(await createCredentialSource({ ...none, credentials: given }, tools()).get()).toBe(given)
  })

  test('D2: the environment is read directly, without loading a chain', async () => {
    const loadChain = vi.fn()
    const env = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'S', AWS_SESSION_TOKEN: 'T' }
    const found = await createCredentialSource(none, tools({ env, loadChain })).get()
    expect(found).toEqual({ accessKeyId: 'E', secretAccessKey: 'S', sessionToken: 'T' })
    expect(loadChain).not.toHaveBeenCalled()
  })

  test('D2: a profile goes before the environment, through the chain', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'S' }
    const loadChain = vi.fn(async () => async () => keys())
    const source = createCredentialSource({ ...none, profile: 'work' }, tools({ env, loadChain }))
    expect((await source.get()).accessKeyId).toBe('AKIA')
    expect(loadChain).toHaveBeenCalledWith(expect.objectContaining({ profile: 'work' }))
  })

  test('D2: a loopback endpoint gets dummies and nothing is looked up', async () => {
    const loadChain = vi.fn()
    const env = { AWS_ACCESS_KEY_ID: 'REAL', AWS_SECRET_ACCESS_KEY: 'REAL' }
    const found = await createCredentialSource(none, tools({ loopback: true, env, loadChain })).get()
    expect(found.accessKeyId).toMatch(/^[a-z0-9]+$/)
    expect(loadChain).not.toHaveBeenCalled()
  })

  test('D2: nothing found says how to give them', async () => {
    const loadChain = async () => () => Promise.reject(new Error('Could not load credentials from any providers'))
    const source = createCredentialSource(none, tools({ loadChain }))
    await expect(source.get()).rejects.toMatchObject({
      code: 'CREDENTIALS.MISSING',
      hint: expect.stringMatching(/credentials.*AWS_ACCESS_KEY_ID.*AWS_PROFILE/),
    })
  })

  test.each([
    ['a line break', { accessKeyId: 'A', secretAccessKey: 's\n' }],
    ['an empty key', { accessKeyId: '', secretAccessKey: 's' }],
    ['no object', undefined],
  ])('D2: %s is refused without repeating the secret', async (_, bad) => {
    const source = createCredentialSource({ ...none, credentials: async () => bad as never }, tools())
    await expect(source.get()).rejects.toMatchObject({ code: 'CREDENTIALS.INVALID' })
    await expect(source.get()).rejects.not.toThrow(/s\n/)
  })

  test('D2: a function that fails is named as the reason', async () => {
    const source = createCredentialSource(
      { ...none, credentials: () => Promise.reject(new Error('vault is sealed')) },
      tools(),
    )
    await expect(source.get()).rejects.toMatchObject({
      code: 'CREDENTIALS.INVALID',
      message: expect.stringContaining('vault is sealed'),
    })
  })
})

describe('the default chain of AWS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'credentials-'))
  beforeEach(() => {
    const file = join(folder, 'credentials')
    writeFileSync(file, '[work]\naws_access_key_id = FROMFILE\naws_secret_access_key = secret\n')
    for (const [name, value] of Object.entries({
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: undefined,
    })) {
      vi.stubEnv(name, value)
    }
  })
  afterEach(() => vi.unstubAllEnvs())
  afterAll(() => rmSync(folder, { recursive: true }))

  test('D2: finds the keys of a profile in the file', async () => {
    const source = createCredentialSource({ ...none, profile: 'work' }, { loopback: false, clock: systemClock })
    expect(await source.get()).toMatchObject({ accessKeyId: 'FROMFILE', secretAccessKey: 'secret' })
  })

  test('D2: that finds nothing names the profile and what to do', async () => {
    const source = createCredentialSource({ ...none, profile: 'nobody' }, { loopback: false, clock: systemClock })
    await expect(source.get()).rejects.toMatchObject({
      code: 'CREDENTIALS.MISSING',
      message: expect.stringContaining('"nobody"'),
      hint: expect.stringContaining('AWS_PROFILE'),
    })
  })
})

describe('how long they last', () => {
  test('D2: they are fetched once for many requests at the same time, and kept', async () => {
    const provider = vi.fn(async () => keys(60 * MINUTE))
    const source = createCredentialSource({ ...none, credentials: provider }, tools())
    await Promise.all(Array.from({ length: 50 }, async () => source.get()))
    await source.get()
    expect(provider).toHaveBeenCalledTimes(1)
  })

  test('D2: they are renewed five minutes before they expire, without holding up requests', async () => {
    clock.time = 0
    let release: (credentials: AwsCredentials) => void = () => undefined
    const first = keys(60 * MINUTE)
    const provider = vi.fn(async (): Promise<AwsCredentials> => first)
    const source = createCredentialSource({ ...none, credentials: provider }, tools())
    await source.get()
    clock.time = 54.9 * MINUTE
    await source.get()
    expect(provider).toHaveBeenCalledTimes(1)
    clock.time = 55.1 * MINUTE
    provider.mockImplementation(() => new Promise((resolve) => (release = resolve)))
    expect(await source.get()).toBe(first)
    expect(await source.get()).toBe(first)
    expect(provider).toHaveBeenCalledTimes(2)
    const second = keys(60 * MINUTE)
    release(second)
    await vi.waitFor(() => expect(source.get()).toBe(second))
  })

  test('D2: a failing renewal shows only when the old ones are over', async () => {
    clock.time = 0
    const first = keys(60 * MINUTE)
    const provider = vi.fn(async (): Promise<AwsCredentials> => first)
    const source = createCredentialSource({ ...none, credentials: provider }, tools())
    await source.get()
    provider.mockRejectedValue(new Error('offline'))
    clock.time = 57 * MINUTE
    expect(await source.get()).toBe(first)
    clock.time = 59.9 * MINUTE
    expect(await source.get()).toBe(first)
    clock.time = 60.1 * MINUTE
    await expect(source.get()).rejects.toMatchObject({ code: 'CREDENTIALS.INVALID' })
  })
})
