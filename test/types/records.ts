import type { DynamoDBModel, RecordOf } from 'dynamodb-tooling'
import type { Equal, Expect, Flat, OptionalKeys } from './assert.js'
import type { Article, Author, Country, Everything, Note, Seat, Tag } from './models.js'
import type { User } from './sample.js'

/** What a record has beyond the methods of its class. */
type Values<T extends abstract new (...args: any[]) => object> = Flat<Omit<RecordOf<T>, keyof InstanceType<T>>>

// Without `as const`: the names, and any value.
export type LooseNames = Expect<
  Equal<keyof Values<typeof User>, 'id' | 'email' | 'name' | 'age' | 'createdAt' | 'updatedAt' | 'deletedAt'>
>
export type LooseValue = Expect<Equal<RecordOf<typeof User>['age'], any>>
export type LooseAreThere = Expect<Equal<OptionalKeys<Values<typeof User>>, 'deletedAt'>>

// With `as const`: the values, too.
export type Exact = Expect<
  Equal<
    Values<typeof Author>,
    {
      id: string
      email: string
      name: string
      age?: number | null | undefined
      createdAt: Date
      updatedAt: Date
      deletedAt?: Date | undefined
    }
  >
>
export type EnumsAndDefaults = Expect<
  Equal<
    Values<typeof Article>,
    {
      id: string
      authorId: string
      title: string
      status: 'draft' | 'published'
      views: number
      body?: string | null | undefined
      createdAt: Date
      updatedAt: Date
    }
  >
>
type Maybe<T> = T | null | undefined
export type EveryType = Expect<
  Equal<
    Values<typeof Everything>,
    {
      id: string
      text?: Maybe<string>
      number?: Maybe<number>
      flag?: Maybe<boolean>
      at?: Maybe<Date>
      list?: Maybe<unknown[]>
      map?: Maybe<Record<string, unknown>>
      words?: Maybe<Set<string>>
      numbers?: Maybe<Set<number>>
      bytes?: Maybe<Uint8Array>
      big?: Maybe<bigint>
      exact?: Maybe<string>
      json?: any
      any?: any
      level?: Maybe<1 | 2 | 3>
      cents: { euros: number }
      stock?: Maybe<number>
      since: Date
      nickname: string | null
    }
  >
>

// The key is there, whatever its name and whether the model lists it or not; no timestamps unless a static says so.
export type NamedKey = Expect<Equal<Values<typeof Country>, { code: string; id: number }>>
export type NumberKey = Expect<Equal<Values<typeof Seat>, { number: number; row?: Maybe<string> }>>
export type ImpliedKey = Expect<Equal<Values<typeof Note>, { id: string; text: string }>>
export type Defined = Expect<
  Equal<Values<typeof Tag>, { id: string; color: 'red' | 'blue'; label: string; createdAt: Date; updatedAt: Date }>
>

// Records have the methods of their class, and those give the record back with all it had.
declare const author: RecordOf<typeof Author>
export const asBase: DynamoDBModel = author
export const greeting: string = author.greeting()
export async function methods(): Promise<void> {
  type Same = RecordOf<typeof Author>
  const saved: Same = await author.save()
  const updated = await author.update({ age: 1 })
  const filled = updated.fill({ name: 'Ada' }).forceFill({ age: null })
  const renamed = await filled.rename('Ada Lovelace')
  const fresh = await renamed.fresh()
  type _Stays = Expect<Equal<[typeof updated, typeof filled, typeof renamed], [Same, Same, Same]>>
  type _MayBeGone = Expect<Equal<typeof fresh, Same | null>>
  const day: number = saved.createdAt.getDate()
  saved.age = day
  saved.age = null
  saved.deletedAt?.getTime()
}

// Names that a record is asked for are names of attributes, in the methods of a model as outside of them.
author.isDirty('updatedAt')
author.only('id', 'name')
author.only(['id', 'name'])
author.getOriginal('email')
// @ts-expect-error: emial is no attribute
author.isDirty('emial')
// @ts-expect-error: emial is no attribute
author.wasChanged('emial')
// @ts-expect-error: emial is no attribute
author.only('id', 'emial')
// @ts-expect-error: a typing mistake here would show what was to be hidden
author.makeHidden('emial')
// @ts-expect-error: emial is no attribute
author.getOriginal('emial')
// @ts-expect-error: Author has no views
author.views
// @ts-expect-error: a name is text
author.name = 42
// @ts-expect-error: what is required is never null
author.name = null
// @ts-expect-error: Article keeps what it deletes nowhere: it has no soft deletes
export type NoSoftDeletes = RecordOf<typeof Article>['deletedAt']
// @ts-expect-error: Note has no timestamps
export type NoTimestamps = RecordOf<typeof Note>['createdAt']
