import { expect, test } from 'vitest'
import { dynamoDb } from '../../src/drivers/engine/dynamo-db.js'

test('L1: launch resolves when the engine answers', async () => {
  const engine = await dynamoDb.launch({ port: 0, inMemory: true })
  expect((await fetch(engine.endpoint)).status).toBe(200)
  expect(await dynamoDb.isRunning(engine.port)).toBe(true)
  await engine.stop()
  expect(await dynamoDb.isRunning(engine.port)).toBe(false)
  expect(() => process.kill(engine.pid, 0)).toThrow()
})
