import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CONTENT_TYPE, createSigner } from '../../src/drivers/http/sigv4.js'
import type { AwsCredentials } from '../../src/drivers/index.js'

/** The hash AWS's signer is handed by its clients. */
class Sha256 {
  readonly #hash
  constructor(key?: Uint8Array | string) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {}
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('#', '%', '2', '__proto__', '\0', '😀', '\ud800', '\udc00', 'é', '\n', '"', '\\'),
  }),
)
const printable = (minLength: number) =>
  fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength,
    maxLength: 200,
  })

const keys = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: printable(1),
    sessionToken: printable(1),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
)
const requests = fc.array(
  fc.record({
    value: hostile,
    target: fc.constantFrom('DynamoDB_20120810.GetItem', 'DynamoDB_20120810.TransactWriteItems'),
    // Near midnight as well: the signing key belongs to a day.
    time: fc.oneof(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: -2000, max: 2000 }).map((ms) => 86_400_000 * 20_000 + ms),
    ),
    who: fc.integer({ min: 0, max: 1 }),
  }),
  { minLength: 1, maxLength: 5 },
)

test("D2: our signatures are those of AWS's own signer", async () => {
  await fc.assert(
    fc.asyncProperty(
      requests,
      fc.tuple(keys, keys),
      fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1'),
      fc.constantFrom('dynamodb.us-east-1.amazonaws.com', '127.0.0.1:8000', '[::1]:8000'),
      fc.constantFrom('/', '/proxy/dynamodb', '/a_b.c~d-e'),
      async (sent, owners, region, host, path) => {
        // One signer for all: what it keeps must follow the time back and forth, and a change of credentials.
        const sign = createSigner(host, path, region)
        for (const { value, target, time, who } of sent) {
          const credentials = owners[who] as AwsCredentials
          const body = JSON.stringify({ value })
          const oracle = new SignatureV4({
            service: 'dynamodb',
            region,
            credentials: credentials as never,
            sha256: Sha256 as never,
            applyChecksum: false,
          })
          const theirs = await oracle.sign(
            {
              method: 'POST',
              protocol: 'https:',
              hostname: 'unused',
              path,
              query: {},
              headers: { host, 'content-type': CONTENT_TYPE, 'x-amz-target': target },
              body,
            },
            { signingDate: new Date(time) },
          )
          expect(sign(target, body, time, credentials)).toEqual({
            date: theirs.headers['x-amz-date'],
            authorization: theirs.headers['authorization'],
          })
        }
      },
    ),
    { numRuns: 300 },
  )
})
