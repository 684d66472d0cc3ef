import { configure, connect, type DynamoDBConfig, defineConfig } from 'dynamodb-tooling'

/** The sample of the documentation, letter for letter. */
const sample = {
  region: 'us-east-1',
  defaultTableName: 'MyApp',
  singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
  local: { enabled: true, port: 8000 },
} satisfies DynamoDBConfig

export default sample
configure(sample)
connect(sample)
defineConfig(sample)

// @ts-expect-error: regoin is no key
export const unknownKey = { regoin: 'us-east-1' } satisfies DynamoDBConfig
// @ts-expect-error: `local` has no key `prot`
export const unknownKeyWithin = { local: { enabled: true, prot: 8000 } } satisfies DynamoDBConfig
// @ts-expect-error: a port is a number
export const wrongValue = { local: { port: '8000' } } satisfies DynamoDBConfig
// @ts-expect-error: no such format of timestamps
export const wrongChoice = { queryBuilder: { timestampFormat: 'rfc' } } satisfies DynamoDBConfig
// @ts-expect-error: regoin is no key
configure({ regoin: 'us-east-1' })
// @ts-expect-error: gsiCount is a number
connect({ singleTableDesign: { gsiCount: '5' } })
// @ts-expect-error: regoin is no key
defineConfig({ regoin: 'us-east-1' })
