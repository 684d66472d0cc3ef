import type { DynamoDBConfig } from 'dynamodb-tooling'

export default {
  region: 'us-east-1',
  defaultTableName: 'Blog',
  singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
  local: { enabled: true, port: 8000, inMemory: true },
} satisfies DynamoDBConfig
