import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, test } from 'vitest'
import { resolveEndpoint } from '../../../src/drivers/http/endpoint.js'
import { profileRegion } from '../../../src/drivers/http/profile-region.js'
import { driverSettings, type PartialDriverSettings } from '../../../src/drivers/index.js'

const resolve = (given: PartialDriverSettings) => resolveEndpoint(driverSettings(given))
const codeOf = (body: () => unknown): unknown => {
  try {
    return body()
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** The host AWS's own client would call. */
async function hostOfSdk(region: string, useFipsEndpoint: boolean, useDualstackEndpoint: boolean): Promise<string> {
  let host = ''
  const client = new DynamoDBClient({
    region,
    useFipsEndpoint,
    useDualstackEndpoint,
    maxAttempts: 1,
    accountIdEndpointMode: 'disabled',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: (request: { protocol: string; hostname: string }) => {
        host = `${request.protocol}//${request.hostname}`
        return Promise.reject(new Error('seen enough'))
      },
    } as never,
  })
  await client.send(new ListTablesCommand({})).catch(() => undefined)
  return host
}

describe('endpoints of AWS', () => {
  const regions = [
    'us-east-1',
    'eu-central-1',
    'cn-north-1',
    'cn-northwest-1',
    'us-gov-west-1',
    'us-gov-east-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-south-1',
    'eusc-de-east-1',
    'xx-future-9',
  ]
  test.each(regions)('D1: %s: plain, FIPS, dual-stack and both are where AWS’s SDK sends', async (region) => {
    for (const fips of [false, true]) {
      for (const dual of [false, true]) {
        const ours = resolve({ region, useFipsEndpoint: fips, useDualstackEndpoint: dual })
        expect(ours.url).toBe(await hostOfSdk(region, fips, dual))
        expect(ours).toMatchObject({ region, secure: true, port: 443, loopback: false, path: '/' })
      }
    }
  })
})

describe('endpoints of one’s own', () => {
  test('keep port, path and IPv6', () => {
    expect(resolve({ endpoint: 'http://localhost:8000' })).toMatchObject({
      url: 'http://localhost:8000',
      host: 'localhost:8000',
      region: 'us-east-1',
      loopback: true,
    })
    expect(resolve({ endpoint: 'http://[::1]:8000/' })).toMatchObject({
      hostname: '::1',
      host: '[::1]:8000',
      loopback: true,
    })
    expect(resolve({ endpoint: 'https://proxy.example/db/', region: 'eu-west-1' })).toMatchObject({
      url: 'https://proxy.example/db',
      path: '/db',
      host: 'proxy.example',
    })
  })

  test('a VPC endpoint names its region', () => {
    const endpoint = 'https://vpce-1a2b.dynamodb.eu-west-3.vpce.amazonaws.com'
    expect(resolve({ endpoint }).region).toBe('eu-west-3')
  })

  test('plain text over a network is refused unless allowed', () => {
    const endpoint = 'http://10.0.0.5:8000'
    expect(codeOf(() => resolve({ endpoint, region: 'us-east-1' }))).toBe('ENDPOINT.INSECURE')
    // A name that merely begins like a loopback address is somebody else's machine.
    expect(codeOf(() => resolve({ endpoint: 'http://127.0.0.1.evil.example', region: 'us-east-1' }))).toBe(
      'ENDPOINT.INSECURE',
    )
    expect(codeOf(() => resolve({ endpoint: 'http://localhost.evil.example', region: 'us-east-1' }))).toBe(
      'ENDPOINT.INSECURE',
    )
    expect(resolve({ endpoint, region: 'us-east-1', driverOptions: { allowInsecure: true } }).secure).toBe(false)
  })

  test.each([
    '127.0.0.1:8000',
    'ftp://x',
    'http://',
    'https://u:p@x',
    'https://x/?a=1',
    'https://x/a%2fb',
    'https://x//y',
    '',
  ])('%j is refused', (endpoint) => {
    expect(codeOf(() => resolve({ endpoint, region: 'us-east-1' }))).toBe('ENDPOINT.INVALID')
  })

  test('a password in the URL is not repeated in the message', () => {
    expect(() => resolve({ endpoint: 'https://user:hunter2@db.example' })).toThrow(
      expect.not.stringContaining('hunter2'),
    )
  })

  test.each(['evil.example/', 'us-east-1.evil.example', 'a b', '-x'])('%j is not a region', (region) => {
    expect(codeOf(() => resolve({ region }))).toBe('ENDPOINT.INVALID')
  })
})

describe('the region of a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'))
  const file = join(folder, 'config')
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('D2: is read from the config file of AWS', () => {
    writeFileSync(
      file,
      '[default]\nregion = us-west-2\n[profile a b]\ns3 =\n  region = eu-north-1\nregion=ap-south-1 # here\n[sso-session x]\nregion = x\n',
    )
    const env = { AWS_CONFIG_FILE: file }
    expect(profileRegion(undefined, env)).toBe('us-west-2')
    expect(profileRegion('a b', env)).toBe('ap-south-1')
    expect(profileRegion(undefined, { ...env, AWS_PROFILE: 'a b' })).toBe('ap-south-1')
    expect(profileRegion('other', env)).toBeUndefined()
    expect(profileRegion('a b', { AWS_CONFIG_FILE: join(folder, 'none') })).toBeUndefined()
  })
})
