import type { DynamoDBConfig } from 'dynamodb-tooling'

export default {
  region: 'us-east-1',
  defaultTableName: 'Blog',
  singleTableDesign: { enabled: true, partitionKeyName: 'pk', sortKeyName: 'sk', keyDelimiter: '#', gsiCount: 5 },
  // Port 0: any free one, so that the example runs beside whatever is running.
  local: { enabled: true, port: 0, inMemory: true },
} satisfies DynamoDBConfig
