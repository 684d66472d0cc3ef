import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Company extends DynamoDBModel {
  attributes = { id, name: string } as const
}
class Person extends DynamoDBModel {
  attributes = { id, companyId: string, mentorId: string, email: { type: 'string', unique: true } } as const
  relationships = {
    company: { type: 'belongsTo', model: 'Company', foreignKey: 'companyId' },
    mentor: { type: 'belongsTo', model: 'Person', foreignKey: 'mentorId' },
    skills: { type: 'belongsToMany', model: 'Skill', pivot: { level: { type: 'number' } } },
  } as const
}
class Skill extends DynamoDBModel {
  attributes = { id } as const
}

describeEngines('names of keys', (lane) => {
  let connection: Connection
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      singleTableDesign: {
        partitionKeyName: 'PK',
        sortKeyName: 'SK',
        keyDelimiter: '!',
        gsiName: 'inverted-{n}',
        gsiPartitionKeyName: 'I{n}PK',
        gsiSortKeyName: 'I{n}SK',
        entityTypeAttribute: 'kind',
      },
      queryBuilder: { scans: 'forbid' },
    })
    await connection.run(async () => {
      registerModels(Company, Person, Skill)
      await DynamoDBModel.migrate()
      await Company.create({ id: 'c!1', name: 'Acme' })
      await Person.create({ id: 'boss', companyId: 'c!1', email: 'boss@example.com' })
      await Person.create({ id: 'p', companyId: 'c!1', mentorId: 'boss', email: 'p@example.com' })
    })
  })
  afterAll(() => connection.close())
  const items = async (): Promise<readonly object[]> =>
    (await connection.send('Scan', { TableName: connection.config.defaultTableName })).Items ?? []

  test('K6: key names, index names, delimiter and type attribute are those of the config', async () => {
    const { Table } = await connection.send('DescribeTable', { TableName: connection.config.defaultTableName })
    expect(Table?.KeySchema?.map((key) => key.AttributeName)).toEqual(['PK', 'SK'])
    expect(Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName).sort()).toEqual(['inverted-1', 'inverted-2'])
    expect(await items()).toContainEqual({
      PK: { S: 'COMPANY!c%211' },
      SK: { S: 'COMPANY!c%211' },
      kind: { S: 'Company' },
      id: { S: 'c!1' },
      name: { S: 'Acme' },
    })
    await connection.run(async () => {
      expect((await Company.find('c!1'))?.name).toBe('Acme')
      expect((await Person.query().where('companyId', 'c!1').get()).map((row) => row.id)).toEqual(['boss', 'p'])
      expect((await Person.query().pk('PERSON!p').get()).map((row) => row.id)).toEqual(['p'])
    })
  })

  test('K3: further relations, unique values and pivots have keys of their own', async () => {
    expect(await items()).toContainEqual({
      PK: { S: 'PERSON!p' },
      SK: { S: 'PERSON!p' },
      I1PK: { S: 'COMPANY!c%211' },
      I1SK: { S: 'PERSON!p' },
      I2PK: { S: 'PERSON!boss' },
      I2SK: { S: 'PERSON!p' },
      kind: { S: 'Person' },
      id: { S: 'p' },
      companyId: { S: 'c!1' },
      mentorId: { S: 'boss' },
      email: { S: 'p@example.com' },
    })
    expect(await items()).toContainEqual(expect.objectContaining({ PK: { S: 'UNIQUE!PERSON!email!p@example.com' } }))
    await connection.run(async () => {
      const mentored = Person.query().where('mentorId', 'boss')
      expect(mentored.explain()).toMatchObject({ operation: 'Query', index: 'inverted-2' })
      expect((await mentored.get()).map((row) => row.id)).toEqual(['p'])
    })
  })

  test('Q34: E1: toQuery, debug and explain show what is sent, and send nothing', async () => {
    await connection.run(async () => {
      const sent: string[] = []
      const spy: Parameters<Connection['use']>[0] = (request, next) => {
        sent.push(JSON.stringify({ operation: request.operation, input: request.input }))
        return next(request)
      }
      connection.use(spy)
      const query = Person.query().where('companyId', 'c!1').orderByDesc('id').limit(1)
      const shown: string[] = []
      const same = query.debug((text) => shown.push(text))
      expect(query.toQuery()).toEqual(query.toRequest())
      expect(String(query.explain())).toContain("I1PK = 'COMPANY!c%211'")
      expect(shown[0]).toContain(String(query.explain()))
      expect(shown[0]).toContain('"KeyConditionExpression"')
      expect(sent).toEqual([])
      expect((await same.get()).map((row) => row.id)).toEqual(['p'])
      const [first] = sent.map((text) => JSON.parse(text) as { operation: string; input: Record<string, unknown> })
      expect({ ...first?.input, Limit: undefined }).toEqual({ ...query.toQuery()?.input, Limit: undefined })
      expect(first?.operation).toBe('Query')
      connection.drop(spy)
    })
  })
})
