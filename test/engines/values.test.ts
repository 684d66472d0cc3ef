import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Driver } from '../../src/drivers/index.js'
import {
  and,
  type Condition,
  ExpressionCompiler,
  eq,
  isIn,
  ne,
  not,
  or,
  remove,
  set,
  sizeOf,
} from '../../src/expressions/index.js'
import {
  type AttributeMap,
  canonicalNumber,
  codecFor,
  compareAttributeValues,
  compareNumberText,
  ExactNumber,
  equalAttributeValues,
  itemSize,
  marshall,
  unmarshall,
} from '../../src/values/index.js'
import { attributeName, decimal, hostileText } from '../property/hostile.js'
import { RESERVED_WORDS } from '../unit/expressions/reserved-words.js'
import { describeEngines, uniqueTable } from './support.js'

describeEngines('values and expressions', (lane) => {
  const TableName = uniqueTable('values')
  let driver: Driver

  beforeAll(async () => {
    driver = lane.createDriver()
    await driver.send('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
    })
  })

  afterAll(async () => {
    await driver.send('DeleteTable', { TableName })
    await driver.close()
  })

  const key = (pk: string, sk = '0'): AttributeMap => ({ pk: { S: pk }, sk: { N: sk } })

  async function stored(item: AttributeMap, pk: string): Promise<AttributeMap> {
    await driver.send('PutItem', { TableName, Item: { ...item, ...key(pk) } })
    const { Item = {} } = await driver.send('GetItem', { TableName, Key: key(pk), ConsistentRead: true })
    const { pk: _pk, sk: _sk, ...rest } = Item
    return rest
  }

  async function matches(pk: string, condition: Condition): Promise<boolean> {
    const compiler = new ExpressionCompiler()
    const KeyConditionExpression = compiler.keyCondition({ partition: [{ name: 'pk', value: { S: pk } }], sort: [] })
    const FilterExpression = compiler.condition(condition)
    const { Count } = await driver.send('Query', {
      TableName,
      KeyConditionExpression,
      FilterExpression,
      ...compiler.attributes(),
    })
    return Count === 1
  }

  test('every type survives the engine exactly', async () => {
    const item = {
      text: '\0 "quoted" 😀',
      empty: '',
      numbers: [0, -1.5, 1e-7, 9007199254740991],
      wide: [12345678901234567890123456789012345678n, new ExactNumber('-0.1234567890123456789012345678901234567')],
      extremes: [1e-130, 10n ** 125n, BigInt('9'.repeat(38)) * 10n ** 88n],
      flags: [true, false, null],
      bytes: new Uint8Array([0, 128, 255]),
      words: new Set(['a', '€']),
      counts: new Set([1, 2.5]),
      map: { 'a.b': { '#x': [{ deep: {} }] } },
    }
    expect(unmarshall(await stored(marshall(item), 'types'))).toEqual(item)
  })

  test('numbers keep their value and their order as sort keys', async () => {
    const texts = fc.sample(decimal, { numRuns: 60, seed: 7 }).map(({ text }) => canonicalNumber(text))
    const unique = [...new Set(texts)]
    for (const sk of unique) await driver.send('PutItem', { TableName, Item: key('order', sk) })
    const compiler = new ExpressionCompiler()
    const KeyConditionExpression = compiler.keyCondition({
      partition: [{ name: 'pk', value: { S: 'order' } }],
      sort: [],
    })
    const { Items = [] } = await driver.send('Query', { TableName, KeyConditionExpression, ...compiler.attributes() })
    const read = Items.map((item) => codecFor('decimal').decode(item['sk'] ?? { NULL: true }, 'sk'))
    expect(read).toEqual([...unique].sort(compareNumberText))
  })

  test('hostile names and values come back as they were', async () => {
    const items = fc.sample(fc.dictionary(attributeName, hostileText, { minKeys: 1, maxKeys: 5 }), {
      numRuns: 60,
      seed: 11,
    })
    for (const item of items) {
      const names = Object.keys(item)
      const read = unmarshall(await stored(marshall(item), 'hostile'))
      expect(read).toEqual(item)
      expect(await matches('hostile', and(...names.map((name) => eq([name], { S: item[name] as string }))))).toBe(true)
      expect(await matches('hostile', or(...names.map((name) => ne([name], { S: item[name] as string }))))).toBe(false)
    }
  })

  test('all reserved words can be written, compared and projected', async () => {
    for (let from = 0; from < RESERVED_WORDS.length; from += 100) {
      const words = RESERVED_WORDS.slice(from, from + 100)
      const compiler = new ExpressionCompiler()
      const UpdateExpression = compiler.update([...words.map((word) => set([word], { S: word })), remove(['gone'])])
      await driver.send('UpdateItem', { TableName, Key: key('words'), UpdateExpression, ...compiler.attributes() })
      expect(await matches('words', and(...words.map((word) => eq([word], { S: word }))))).toBe(true)
      const projection = new ExpressionCompiler()
      const ProjectionExpression = projection.projection(words.map((word) => [word]))
      const { Item } = await driver.send('GetItem', {
        TableName,
        Key: key('words'),
        ProjectionExpression,
        ...projection.attributes(),
      })
      expect(Object.keys(Item ?? {}).sort()).toEqual([...words].sort())
    }
  })

  test('NOT and <> are true for a missing attribute, and IN takes more than a hundred', async () => {
    await stored(marshall({ a: 150 }), 'not')
    const one = { N: '1' }
    expect(await matches('not', not(eq('missing', one)))).toBe(true)
    expect(await matches('not', ne('missing', one))).toBe(true)
    expect(await matches('not', eq('missing', one))).toBe(false)
    expect(
      await matches(
        'not',
        isIn(
          'a',
          Array.from({ length: 201 }, (_, i) => ({ N: String(i) })),
        ),
      ),
    ).toBe(true)
    expect(
      await matches(
        'not',
        not(
          isIn(
            'a',
            Array.from({ length: 201 }, (_, i) => ({ N: String(i) })),
          ),
        ),
      ),
    ).toBe(false)
  })

  test('equality is what the engine compares by', async () => {
    const values = [
      [{ N: '1.50' }, { N: '15E-1' }],
      [{ SS: ['a', 'b'] }, { SS: ['b', 'a'] }],
      [{ NS: ['1', '2'] }, { NS: ['2', '1'] }],
      [{ L: [{ N: '1' }, { S: 'x' }] }, { L: [{ N: '1' }, { S: 'x' }] }],
      [{ L: [{ N: '1' }, { S: 'x' }] }, { L: [{ S: 'x' }, { N: '1' }] }],
      [{ M: { a: { N: '1' }, b: { S: 'x' } } }, { M: { b: { S: 'x' }, a: { N: '1' } } }],
      [{ S: '1' }, { N: '1' }],
    ] as const
    for (const [a, b] of values) {
      await stored({ a }, 'equal')
      expect(await matches('equal', eq('a', b)), JSON.stringify([a, b])).toBe(equalAttributeValues(a, b))
    }
  })

  test('text sorts by its bytes', async () => {
    const texts = ['\ud7ff', '\ue000', '\uffff', '😀', 'é', 'z']
    for (const a of texts) {
      await stored({ a: { S: a } }, 'text')
      for (const b of texts) {
        const less = await matches('text', {
          kind: 'compare',
          op: '<',
          left: { kind: 'path', path: ['a'] },
          right: { kind: 'value', value: { S: b } },
        })
        expect(less, JSON.stringify([a, b])).toBe(compareAttributeValues({ S: a }, { S: b }) < 0)
      }
    }
  })

  test('31 lists around a value are the most there can be', async () => {
    const nest = (levels: number): unknown => (levels === 0 ? 'end' : [nest(levels - 1)])
    expect(unmarshall(await stored(marshall({ a: nest(31) }), 'deep'))).toEqual({ a: nest(31) })
    const tooDeep = { L: [(marshall({ a: nest(31) }) as { a: AttributeMap[string] }).a] }
    await expect(stored({ a: tooDeep }, 'deep')).rejects.toMatchObject({ name: 'ServiceError' })
  })

  test('the size of an item is what the engine charges for', async () => {
    for (const length of [900, 1000, 1024, 1100, 2000, 2048, 2100]) {
      const Item = { ...key('size', '1'), a: { S: 'é'.repeat(length / 2) }, l: { L: [{ BOOL: true }] } }
      const { ConsumedCapacity } = await driver.send('PutItem', { TableName, Item, ReturnConsumedCapacity: 'TOTAL' })
      expect(ConsumedCapacity?.CapacityUnits, String(length)).toBe(Math.ceil(itemSize(Item) / 1024))
    }
    expect(
      await matches('size', {
        kind: 'compare',
        op: '>',
        left: sizeOf('a'),
        right: { kind: 'value', value: { N: '1000' } },
      }),
    ).toBe(true)
  })
})
