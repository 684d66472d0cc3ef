export type { Driver, DriverCapabilities, Health, SendOptions } from './driver.js'
export * from './errors.js'
export type * from './operations.js'
export { type DynamoDb, dynamoDb, type LaunchOptions } from './engine/dynamo-db.js'
