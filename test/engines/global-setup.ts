import type { TestProject } from 'vitest/node'
import { findDynamoDBLocal, findJava } from '../../src/drivers/dynamodb-local/dynamodb-local-program.js'
import { dynamoDb } from '../../src/drivers/engine/dynamo-db.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Port of each engine that runs for this test run, in memory. */
    enginePorts: Readonly<Partial<Record<'dynoxide' | 'dynamodb-local', number>>>
    /** Why there is no DynamoDB Local lane; empty when there is one. */
    skippedLane: string
  }
}

/** Starts each engine once for all test files. They end with the test run, however it ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dynoxide = await dynamoDb.launch({ port: 0, inMemory: true, engine: 'dynoxide' })
  const engines = [dynoxide]
  let skipped = ''
  if (findJava() === undefined) skipped = 'no Java found'
  else if (findDynamoDBLocal() === undefined) skipped = 'no DynamoDBLocal.jar found'
  else engines.push(await dynamoDb.launch({ port: 0, inMemory: true, engine: 'dynamodb-local' }))
  // oxlint-disable-next-line no-console -- a lane that does not run must be seen
  if (skipped !== '') console.log(`DynamoDB Local lane skipped: ${skipped}`)
  project.provide('enginePorts', Object.fromEntries(engines.map(({ engine, port }) => [engine, port])))
  project.provide('skippedLane', skipped)
  return async () => {
    await Promise.all(engines.map((engine) => engine.stop()))
  }
}
