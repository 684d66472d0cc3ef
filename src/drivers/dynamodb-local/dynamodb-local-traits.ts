import type { EngineTraits } from '../engine/engine-driver.js'

/** DynamoDB Local 3.3 as measured. */
export const dynamoDBLocalTraits: EngineTraits = {
  capabilities: {
    transactions: true,
    partiql: 'unordered',
    streams: true,
    ttl: true,
    ttlExpiry: true,
    backups: false,
    tags: false,
    multiAttributeKeys: true,
    aws: false,
    retries: false,
  },
  guard() {},
}
