import { expect, test } from 'vitest'
import { apply } from '../../../src/migrations/apply.js'
import { stubAws } from '../tables/stub-aws.js'

const index = { IndexName: 'GSI1', KeySchema: [], Projection: { ProjectionType: 'ALL' } } as const
const step = { type: 'add-index', table: 'app', index, attributes: [] } as const

/** A table whose index is made for so many looks at it. */
function making(looks: number, capabilities: { readonly aws: boolean }) {
  let left = looks
  const stub = stubAws(
    () => ({
      Table: {
        TableName: 'app',
        TableStatus: 'ACTIVE',
        GlobalSecondaryIndexes: [{ ...index, IndexStatus: left-- > 0 ? 'CREATING' : 'ACTIVE' }],
      },
    }),
    { capabilities },
  )
  const lease = { signal: new AbortController().signal }
  const did = { created: [], indexes: [], written: 0 }
  return { ...stub, work: { space: { connection: stub.connection }, lease, did, options: {} } as never }
}

test('G2: an index that a local engine never finishes is told, with what to do', async () => {
  const { work, slept } = making(Number.POSITIVE_INFINITY, { aws: false })
  await expect(apply(step, work)).rejects.toMatchObject({
    code: 'MIGRATION.INDEX_STUCK',
    message: expect.stringContaining('index GSI1 CREATING'),
    hint: expect.stringContaining('start it again'),
  })
  const waited = slept.reduce((sum, ms) => sum + ms, 0)
  expect(waited).toBe(180_000)
})

test('G2: AWS gets the hours that it takes', async () => {
  const { work, slept } = making(10_000, { aws: true })
  await apply(step, work)
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(5 * 3_600_000)
})
