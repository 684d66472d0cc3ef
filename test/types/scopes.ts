import {
  type AttributeOptions,
  DynamoDBModel,
  defineModel,
  type Query,
  type QueryBuilder,
  type Row,
} from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'

class Member extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    status: { type: 'string', enum: ['active', 'gone'] },
    age: { type: 'number' },
  } as const
  relationships = {
    friends: { type: 'hasMany', model: () => Member, foreignKey: 'id' },
    best: { type: 'hasOne', model: () => Member, foreignKey: 'id' },
  } as const
  scopes = {
    active: (query: QueryBuilder<typeof Member>) => query.where('status', 'active'),
    olderThan: (query: QueryBuilder<typeof Member>, age: number) => query.where('age', '>', age),
    between: (query: QueryBuilder<typeof Member>, low: number, high = 99) => query.whereBetween('age', low, high),
  }
}

class Untyped extends DynamoDBModel {
  attributes = { id: { type: 'string' } } satisfies Record<string, AttributeOptions>
  static scopes = { recent: (query: any, days: number) => query.where('age', '>', days) }
}

const Shop = defineModel({
  name: 'Shop',
  attributes: { id: { type: 'string', required: true }, city: { type: 'string' }, rank: { type: 'number' } },
  scopes: {
    open: (query) => query.where('city', '!=', null),
    ranked: (query, least: number) => query.where('rank', '>=', least),
  },
  globalScopes: { real: (query) => query.where('city', '!=', 'nowhere') },
  hooks: { creating: (shop) => shop.city },
})

export async function good(): Promise<void> {
  const members = Member.query().active().olderThan(18).where('age', '<', 99).between(1).between(1, 2).limit(3).active()
  const [row] = await members.get()
  const along = await Member.query().with('friends').active().first()
  const counted = await Member.where('age', 3).withCount('friends').olderThan(1).first()
  const constrained = await Member.with('best').olderThan(2).get()
  type _ = [
    Expect<Equal<typeof members, Query<typeof Member>>>,
    Expect<Equal<typeof row, Row<typeof Member> | undefined>>,
    Expect<Equal<NonNullable<typeof along>['friends'], Row<typeof Member>[]>>,
    Expect<Equal<NonNullable<typeof counted>['friendsCount'], number>>,
    Expect<Equal<(typeof constrained)[0]['best'], Row<typeof Member> | null>>,
  ]
  await Member.query()
    .whereHas('friends', (query) => query.active().olderThan(3))
    .get()
  await Member.query()
    .with('friends', (query) => query.active())
    .get()
  await Member.query()
    .select('id')
    .active()
    .where((query) => query.active().orWhere('age', 1))
    .get()
  await Untyped.query().recent(7).get()
  const shops = await Shop.open().ranked(3).get()
  const shop = await Shop.query().ranked(1).open().first()
  type __ = [
    Expect<Equal<(typeof shops)[0]['city'], string | null | undefined>>,
    Expect<Equal<typeof shops, NonNullable<typeof shop>[]>>,
  ]
  Member.addGlobalScope('adult', (query) => query.where('age', '>=', 18).active())
  await Member.withoutGlobalScope('adult').active().get()
  await Member.withoutGlobalScopes().olderThan(1).get()
  await Member.query().withoutGlobalScopes(['adult']).active().get()
}

export function mistakes(): unknown[] {
  return [
    // @ts-expect-error: there is no such scope
    Member.query().activ(),
    // @ts-expect-error: an age is missing
    Member.query().olderThan(),
    // @ts-expect-error: an age is no text
    Member.query().olderThan('18'),
    // @ts-expect-error: the scope takes nothing
    Member.query().active(1),
    // @ts-expect-error: a number is wanted
    Untyped.query().recent('7'),
    // @ts-expect-error: there is no such scope
    Shop.closed(),
    // @ts-expect-error: a number is wanted
    Shop.ranked('x'),
    // @ts-expect-error: the scope asks for an attribute that there is not
    Member.addGlobalScope('wrong', (query) => query.where('agee', 1)),
    // @ts-expect-error: a scope returns its query
    Member.addGlobalScope('wrong', () => undefined),
    // @ts-expect-error: which one?
    Member.query().withoutGlobalScope(),
  ]
}

export function hooks(): void {
  Member.creating((member) => {
    member.age = 3
    // @ts-expect-error: an age is a number
    member.age = 'three'
  })
  Member.addHook('beforeSave', async (member) => (member.status === 'gone' ? false : undefined))
  Member.addHook('afterCreate', (member) => member.isDirty('age'))
  // @ts-expect-error: no such event
  Member.addHook('createing', () => true)
  // @ts-expect-error: no such attribute
  Member.updated((member) => member.agee)
  Member.observe(class {})
  const end: () => void = Member.observe({ created: () => true })
  end()
}
