import { expect, inject, test } from 'vitest'
import { describeEngines, engineLanes } from './support.js'

test('the lanes of this run', () => {
  const names = engineLanes().map((lane) => lane.name)
  expect(names).toContain('dynoxide')
  // Where tests gate a merge, a missing engine is a failure, not a note.
  if (process.env['CI']) expect(inject('skippedLane')).toBe('')
  if (inject('skippedLane') === '') expect(names).toContain('dynamodb-local')
})

describeEngines('lane', (lane) => {
  test('L1: answers a request through its driver', async () => {
    const driver = lane.createDriver()
    await expect(driver.send('ListTables', {})).resolves.toHaveProperty('TableNames')
    await driver.close()
  })
})
