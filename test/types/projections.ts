import { DynamoDBModel, defineModel, type QueryBuilder, type Row } from 'dynamodb-tooling'
import type { Equal, Expect, Flat } from './assert.js'
import { Author } from './models.js'

class Ticket extends DynamoDBModel {
  static softDeletes = true
  static indexes = {
    byTeam: { partition: ['team'], sort: ['rank'], projection: ['title'] },
    keys: { partition: ['team'], sort: ['due'], when: { status: 'open' }, projection: 'KEYS_ONLY' },
    whole: { partition: ['team'], projection: 'ALL' },
    plain: { sort: ['rank'] },
  } as const
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    status: { type: 'string', enum: ['open', 'done'], required: true },
    rank: { type: 'number' },
    due: { type: 'date' },
    title: { type: 'string' },
    address: { type: 'map' },
  } as const
  relationships = { owner: { type: 'belongsTo', model: () => Author, foreignKey: 'team' } } as const
}
/** Definitions without `as const`: names are known, what an index holds is not. */
class Loose extends DynamoDBModel {
  static indexes = { byTeam: { partition: ['team'], projection: ['title'] }, all: { partition: ['team'] } }
  attributes = {
    id: { type: 'string', required: true },
    team: { type: 'string', required: true },
    title: { type: 'string' },
  }
}
/** A key of two attributes. */
class Reading extends DynamoDBModel {
  static readonly primaryKey = 'at'
  static keyPattern = { pk: 'SENSOR#{{sensor}}', sk: 'AT#{ at }' } as const
  static indexes = { byValue: { local: true, sort: ['value'], projection: [] } } as const
  attributes = {
    sensor: { type: 'string', required: true },
    at: { type: 'number', required: true },
    value: { type: 'number' },
    remark: { type: 'string' },
  } as const
}
const Label = defineModel({
  name: 'Label',
  primaryKey: 'code',
  attributes: { code: { type: 'string', required: true }, color: { type: 'string' }, size: { type: 'number' } },
  indexes: { byColor: { partition: ['color'], projection: 'KEYS_ONLY' } },
})

/** The attributes of a row, without what every instance of its model has. */
type Own<Read, T extends abstract new (...args: any[]) => object> = Flat<Omit<Read, keyof InstanceType<T> | 'owner'>>

export async function rows(): Promise<void> {
  const [included] = await Ticket.query().index('byTeam').projected().where('team', 'red').get()
  const key = await Ticket.query().index('keys').where('status', 'open').projected().first()
  const [whole] = await Ticket.query().index('whole').projected().get()
  const [plain] = await Ticket.query().index('plain').projected().get()
  const [slot] = await Ticket.query().index('GSI1').projected().get()
  const [loose] = await Loose.query().index('byTeam').projected().get()
  const [everything] = await Loose.query().index('all').projected().get()
  const [reading] = await Reading.query().index('byValue').projected().get()
  const [label] = await Label.query().index('byColor').projected().get()
  if (!(included && key && slot && loose && reading && label)) return
  type _ = [
    Expect<
      Equal<
        Own<typeof included, typeof Ticket>,
        {
          id: string
          team: string
          rank: number
          title?: string | null | undefined
          deletedAt?: Date | undefined
        }
      >
    >,
    Expect<Equal<Own<typeof key, typeof Ticket>, { id: string; team: string; status: 'open' | 'done'; due: Date }>>,
    Expect<Equal<typeof whole, Row<typeof Ticket> | undefined>>,
    Expect<Equal<typeof plain, Row<typeof Ticket> | undefined>>,
    Expect<Equal<typeof everything, Row<typeof Loose> | undefined>>,
    Expect<Equal<Own<typeof reading, typeof Reading>, { sensor: string; at: number; value: number }>>,
    Expect<Equal<Own<typeof label, typeof Label>, { code: string; color: string }>>,
    Expect<Equal<typeof slot.id, string>>,
    Expect<Equal<typeof slot.team, string | undefined>>,
    Expect<Equal<typeof loose.id, any>>,
  ]
  // They are records of their model.
  await included.update({ status: 'done' })
  included.title = 'new'
  await included.save()

  // @ts-expect-error: the index does not hold the status
  included.status
  // @ts-expect-error: keys alone
  key.title
  // @ts-expect-error: the remark is no part of a key
  reading.remark
  // @ts-expect-error: the size is no part of a key
  label.size
  // @ts-expect-error: nobody knows whether the index holds the team
  slot.team.trim()
}

export async function conditions(): Promise<void> {
  const tickets = Ticket.query().index('byTeam').projected()
  await tickets.where('title', 'begins_with', 'x').orderBy('rank').whereNull('deletedAt').get()
  await tickets.where({ team: 'red', rank: 1 }).get()
  await tickets.where((q) => q.where('title', 'x').orWhere('rank', '>', 1)).count()
  const [titled] = await tickets.select('title').get()
  const [owned] = await Ticket.query().with('owner').index('byTeam').projected().get()
  owned?.owner?.name.trim()
  await Loose.query().index('byTeam').projected().where('title', 'x').get()
  for await (const row of tickets) row.rank.toFixed()
  const page = await tickets.cursorPaginate(null, 10)
  page.data[0]?.rank.toFixed()

  // @ts-expect-error: the index does not hold the status
  tickets.where('status', 'open')
  // @ts-expect-error: in an object of conditions either
  tickets.where({ status: 'open' })
  // @ts-expect-error: in a list
  tickets.whereIn('status', ['open'])
  // @ts-expect-error: in a group
  tickets.where((q) => q.where('status', 'open'))
  // @ts-expect-error: in an order
  tickets.orderBy('due')
  // @ts-expect-error: in a selection
  tickets.select('due')
  // @ts-expect-error: inside an attribute
  tickets.where('address.city', 'x')
  // @ts-expect-error: it was not selected
  titled?.rank
  // @ts-expect-error: an index is named first
  Ticket.query().projected()
}

export async function names(configured: string): Promise<void> {
  await Ticket.query().index('byTeam').get()
  await Ticket.query().index('GSI3').get()
  await Ticket.query().index('LSI1').get()
  await Ticket.query().index('by-team').get()
  await Ticket.query().index(configured).get()
  await Author.query().index('any').get()
  let query: QueryBuilder<typeof Ticket> = Ticket.query()
  query = query.index('keys').limit(1)
  await query.get()

  // @ts-expect-error: byTaem is no index
  Ticket.query().index('byTaem')
  // @ts-expect-error: without `as const` either
  Loose.query().index('byTaem')
  // @ts-expect-error: nor of defineModel
  Label.query().index('byTaem')
}

export async function hydration(): Promise<void> {
  const listed = await Ticket.query().index('keys').projected().get()
  const whole = await Ticket.hydrate(listed)
  type _ = Expect<Equal<typeof whole, Row<typeof Ticket>[]>>
  await Ticket.hydrate(await Ticket.query().select('id').get(), { consistentRead: true })
  await Loose.hydrate(await Loose.query().index('byTeam').projected().get())

  // @ts-expect-error: rows of another model
  await Author.hydrate(listed)
  // @ts-expect-error: rows, not keys
  await Ticket.hydrate(['1'])
  // @ts-expect-error: a list of rows
  await Ticket.hydrate(listed[0])
}
