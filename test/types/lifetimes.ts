import { type CreateInput, DynamoDBModel } from 'dynamodb-tooling'
import type { Equal, Expect, Flat } from './assert.js'

class Plain extends DynamoDBModel {
  static version = true
  static ttl = true
  static softDeletes = { ttl: '30d', index: true }
  attributes = {
    id: { type: 'string', required: true },
    visits: { type: 'number' },
    address: { type: 'map' },
    tags: { type: 'set' },
  } as const
}
class Named extends DynamoDBModel {
  static readonly versioning = 'rev'
  static ttl = { enabled: true, attribute: 'expiresAt' } as const
  attributes = { id: { type: 'string', required: true }, expiresAt: { type: 'number' } } as const
}
class Without extends DynamoDBModel {
  static readonly version = false
  attributes = { id: { type: 'string', required: true } } as const
}

export type PlainInput = Expect<
  Equal<
    Flat<Pick<CreateInput<typeof Plain>, 'ttl' | 'deletedAt'>>,
    { ttl?: Date | string | undefined; deletedAt?: Date | string | undefined }
  >
>
// The version is the package's own.
export type NoVersion = Expect<Equal<'version' extends keyof CreateInput<typeof Plain> ? true : false, false>>

export async function reads(): Promise<void> {
  const plain = await Plain.findOrFail('1')
  type _Version = Expect<Equal<typeof plain.version, number>>
  type _Ttl = Expect<Equal<typeof plain.ttl, Date | null | undefined>>
  type _Deleted = Expect<Equal<typeof plain.deletedAt, Date | undefined>>
  const named = await Named.findOrFail('1')
  type _Rev = Expect<Equal<typeof named.rev, number>>
  // What the model lists is what it says there.
  type _Expires = Expect<Equal<typeof named.expiresAt, number | null | undefined>>
  await Plain.where('version', '>', 3).where('ttl', '<', new Date()).orderBy('version').withExpired().get()
  // @ts-expect-error -- a version is a number
  await Plain.where('version', 'three').get()
  // @ts-expect-error -- a model without versions has none
  await Without.where('version', 3).get()
}

export async function writes(): Promise<void> {
  const plain = await Plain.findOrFail('1')
  await plain.expectVersion(3).update({ 'address.city': 'Rome', visits: 1 })
  await plain.merge('address', { city: 'Rome', geo: { lat: 1 } })
  await Plain.update('1', { 'address.geo.lat': 1 })
  const count: number = await Plain.where('visits', 0).update({ 'address.city': 'Oslo' })
  const deleted: number = await Plain.where('visits', count).expectVersion(2).delete({ concurrency: 4 })
  const found = await Plain.firstOrCreate({ visits: deleted }, { address: {} })
  type _Found = Expect<Equal<typeof found.version, number>>
  const [first] = await Plain.upsert([{ visits: 1 }])
  type _First = Expect<Equal<NonNullable<typeof first>['id'], string>>
  // @ts-expect-error -- inside a set nothing can be written
  await plain.update({ 'tags.first': 'x' })
  // @ts-expect-error -- no such attribute
  await Plain.firstOrCreate({ visit: 1 })
  // @ts-expect-error -- only maps are merged
  await plain.merge('visits', {})
}
