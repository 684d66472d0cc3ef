import { type Connection, connect } from 'dynamodb-tooling'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Condition, ExpressionCompiler, holds } from '../../src/expressions/index.js'
import { batchWriteItems } from '../../src/runtime/index.js'
import type { AttributeMap } from '../../src/values/index.js'
import { condition, item } from '../property/conditions.js'
import { describeEngines, uniqueTable } from './support.js'

/** The same items and conditions in every run, unless asked for others; a failure prints the smallest condition that fails. */
const SEED = Number(process.env['TEST_SEED'] ?? 20_260_131)
const items: readonly AttributeMap[] = fc
  .sample(item, { seed: SEED, numRuns: 150 })
  .map((each, i) => ({ ...each, pk: { S: `${i}` } }))

describeEngines('holds', (lane) => {
  const table = uniqueTable('holds')
  let connection: Connection

  beforeAll(async () => {
    connection = connect({ region: 'us-east-1', driver: lane.createDriver() })
    await connection.send('CreateTable', {
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    })
    await batchWriteItems(
      connection,
      table,
      items.map((Item) => ({ PutRequest: { Item } })),
    )
  })
  afterAll(() => connection.close())

  /** Keys of the items for which the engine says the condition holds. */
  async function judged(filter: Condition): Promise<string[]> {
    const compiler = new ExpressionCompiler()
    const FilterExpression = compiler.condition(filter)
    const ProjectionExpression = compiler.projection([['pk']])
    const { Items = [] } = await connection.send('Scan', {
      TableName: table,
      FilterExpression,
      ProjectionExpression,
      ...compiler.attributes(),
    })
    return keysOf(Items)
  }

  test('Z10: what is judged in memory is judged as the engine judges it', async () => {
    const numRuns = lane.name === 'dynoxide' ? 1500 : 500
    let mixed = 0
    await fc.assert(
      fc.asyncProperty(condition, async (each) => {
        const mine = keysOf(items.filter((one) => holds(each, one)))
        if (mine.length > 0 && mine.length < items.length) mixed++
        expect(await judged(each)).toEqual(mine)
      }),
      { numRuns, seed: SEED },
    )
    // Conditions that hold for all items or for none would prove little.
    expect(mixed).toBeGreaterThan(numRuns / 3)
  })
})

function keysOf(found: readonly AttributeMap[]): string[] {
  return found.map((each) => (each['pk'] as { S: string }).S).sort((a, b) => Number(a) - Number(b))
}
