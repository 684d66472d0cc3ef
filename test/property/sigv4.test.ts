import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CONTENT_TYPE, createSigner } from '../../src/drivers/http/sigv4.js'

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

test("D2: our signatures are those of AWS's own signer", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          hostile,
          fc.constantFrom('GetItem', 'PutItem', 'TransactWriteItems'),
          fc.integer({ min: 0, max: 4e12 }),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.record({ accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/), secretAccessKey: printable(1) }),
      fc.option(printable(1), { nil: undefined }),
      fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1'),
      fc.constantFrom(['dynamodb.us-east-1.amazonaws.com', 443], ['127.0.0.1:8000', 8000], [
        '[::1]:8000',
        8000,
      ] as const),
      fc.constantFrom('/', '/proxy/dynamodb', '/a_b.c~d-e'),
      async (requests, keys, sessionToken, region, [host], path) => {
        const credentials = { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) }
        const sign = createSigner(String(host), path, region)
        const oracle = new SignatureV4({
          service: 'dynamodb',
          region,
          credentials,
          sha256: Sha256 as never,
          applyChecksum: false,
        })
        // Several requests through one signer: its kept key and date must follow time back and forth.
        for (const [value, operation, time] of requests) {
          const body = JSON.stringify({ value })
          const target = `DynamoDB_20120810.${operation}`
          const ours = sign(target, body, time, credentials)
          const theirs = await oracle.sign(
            {
              method: 'POST',
              protocol: 'https:',
              hostname: 'unused',
              path,
              query: {},
              headers: { host: String(host), 'content-type': CONTENT_TYPE, 'x-amz-target': target },
              body,
            },
            { signingDate: new Date(time) },
          )
          expect(ours.authorization).toBe(theirs.headers['authorization'])
          expect(ours.date).toBe(theirs.headers['x-amz-date'])
        }
      },
    ),
    { numRuns: 300 },
  )
})
