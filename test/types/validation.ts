import { type CreateInput, DynamoDBModel, ModelParser, ModelValidator, type RecordOf } from 'dynamodb-tooling'
import { z } from 'zod'
import type { Equal, Expect, Flat } from './assert.js'

/** As the rules of ts-validation are: they say what they take by what they validate. */
interface Rule<T> {
  validate(value: T): { readonly valid: boolean }
  required(): this
  min(least: number): this
}
declare const schema: { string(): Rule<string>; number(): Rule<number>; boolean(): Rule<boolean>; date(): Rule<Date> }

class Member extends DynamoDBModel {
  attributes = {
    id: { type: 'string' },
    name: { type: 'string', validation: 'required|min:3' },
    email: { type: 'string', validation: { rule: 'email|required|unique', message: { unique: 'Taken.' } } },
    code: { type: 'string', validation: ['required', 'regex:/^a|b$/'] },
    age: { type: 'number', validation: ['integer', (age: number) => age > 0 || 'too young'] },
    place: { type: 'map', validation: z.object({ city: z.string() }) },
    items: { type: 'list', validation: { each: { fields: { sku: 'required' } } } },
    nick: { type: 'string', validation: schema.string().min(3) },
  } as const
}
export type MemberInput = Expect<
  Equal<
    Flat<CreateInput<typeof Member>>,
    {
      name: string
      email: string
      code: string
      id?: string | undefined
      age?: number | null | undefined
      place?: Record<string, unknown> | null | undefined
      items?: readonly unknown[] | null | undefined
      nick?: string | null | undefined
    }
  >
>
export type Name = Expect<Equal<RecordOf<typeof Member>['name'], string>>

export async function validates(): Promise<void> {
  const validator = new ModelValidator(Member)
  const { valid, violations, errors } = await validator.validate({ name: 'a' }, { only: ['name'], timeoutMs: 5 })
  type _Answer = Expect<Equal<[typeof valid, typeof errors], [boolean, Readonly<Record<string, readonly string[]>>]>>
  type _Path = Expect<Equal<(typeof violations)[number]['path'], string | undefined>>
  await validator.validateOrThrow({}, { stopOnFirstError: true, signal: new AbortController().signal })
  // @ts-expect-error: an option that does not exist
  await validator.validate({}, { onlly: ['name'] })
  // @ts-expect-error: an attribute that its rules demand
  await Member.create({ email: 'a@b.c', code: 'a' })
}

const Post = ModelParser.parse({
  name: 'Post',
  traits: { useSoftDeletes: true },
  belongsTo: ['User'],
  attributes: {
    title: { required: true, validation: { rule: schema.string().required().min(3), message: { min: 'Too short.' } } },
    views: { default: 0, validation: { rule: schema.number().min(0) } },
    publishedAt: { validation: { rule: schema.date() } },
    isOpen: { validation: { rule: schema.boolean() } },
    status: { type: ['draft', 'open'] },
    score: { validation: { rule: z.number() } },
    userId: { type: 'string' },
  },
} as const)
export type PostTitle = Expect<Equal<RecordOf<typeof Post>['title'], string>>
export type PostViews = Expect<Equal<RecordOf<typeof Post>['views'], number>>
export type PostDate = Expect<Equal<RecordOf<typeof Post>['publishedAt'], Date | null | undefined>>
export type PostFlag = Expect<Equal<RecordOf<typeof Post>['isOpen'], boolean | null | undefined>>
export type PostStatus = Expect<Equal<RecordOf<typeof Post>['status'], 'draft' | 'open' | null | undefined>>
export type PostScore = Expect<Equal<RecordOf<typeof Post>['score'], number | null | undefined>>
export type PostKey = Expect<Equal<RecordOf<typeof Post>['id'], string>>
export type PostDates = Expect<
  Equal<[RecordOf<typeof Post>['createdAt'], RecordOf<typeof Post>['deletedAt']], [Date, Date | undefined]>
>

export async function posts(): Promise<void> {
  await Post.create({ title: 'abc', status: 'open' })
  // @ts-expect-error: a required attribute forgotten
  await Post.create({ status: 'open' })
  // @ts-expect-error: a value that the enum does not know
  await Post.create({ title: 'abc', status: 'gone' })
  // @ts-expect-error: a value of another type than its rule's
  await Post.create({ title: 'abc', views: 'many' })
  // @ts-expect-error: an attribute misspelled
  await Post.where('titel', 'abc').get()
}

class Folder extends DynamoDBModel {
  static timestamps = { createdAt: 'made_at' } as const
  static softDeletes = { attribute: 'gone_at', index: true } as const
  attributes = { id: { type: 'string' } } as const
}
export type FolderDates = Expect<
  Equal<
    [RecordOf<typeof Folder>['made_at'], RecordOf<typeof Folder>['updatedAt'], RecordOf<typeof Folder>['gone_at']],
    [Date, Date, Date | undefined]
  >
>
export async function folders(): Promise<void> {
  await Folder.where('made_at', '>', new Date()).get()
  // @ts-expect-error: the model calls it otherwise
  await Folder.where('createdAt', '>', new Date()).get()
}
