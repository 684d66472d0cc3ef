export { type BatchGetOptions, batchGetItems } from './batch-get.js'
export { type BatchWriteOptions, batchWriteItems } from './batch-write.js'
export type * from './config.js'
export { Connection } from './connection.js'
export {
  configure,
  connect,
  currentConnection,
  getConfig,
  madeDefaultConnection,
  resetConfig,
  setConfig,
  setConfigSource,
} from './default-connection.js'
export { BATCH_CODES, BatchError, CONNECTION_CODES, ConnectionError } from './errors.js'
export type { ConnectionRequest, Interceptor, Next, RequestContext } from './interceptor.js'
export * from './resolve-config.js'
