import {
  type Analysis,
  analyze,
  DynamoDBModel,
  deleteFrom,
  insertInto,
  partiql,
  type Statement,
  type StatementRow,
  selectFrom,
  type TableAspect,
  updateTable,
} from 'dynamodb-tooling'

class User extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, age: { type: 'number' } } as const
}

const rows: StatementRow[] = await selectFrom('orders').where('pk', 'x').where('total', '>=', 1).execute()
const users = await selectFrom(User).where('age', '>=', 18).get()
const age: number | null | undefined = users[0]?.age
const statement: Statement | undefined = User.where('id', 'u1').toStatement()
const changed: StatementRow | null = await updateTable('orders').set({ a: 1 }).where({ pk: 'x' }).execute()
const settings: readonly TableAspect[] = await updateTable('orders', { ttl: 'expires' })
const analysis: Analysis<unknown> = await analyze(User.where('id', 'u1'))
const made: StatementRow[] = await partiql`SELECT * FROM orders`.execute()
void [rows, age, statement, changed, settings, analysis, made]

// @ts-expect-error: no such attribute
void selectFrom(User).where('agee', 1)
// @ts-expect-error: a number is compared with numbers
void selectFrom(User).where('age', 'old')
// @ts-expect-error: rows of models are written by models
void insertInto(User)
// @ts-expect-error: RETURNING has no such form
void deleteFrom('orders').returning('ALL NEW')
// @ts-expect-error: sets are changed by sets
void updateTable('orders').addTo('tags', ['a'])
