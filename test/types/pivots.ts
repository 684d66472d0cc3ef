import { DynamoDBModel, type Row } from 'dynamodb-tooling'
import type { Equal, Expect } from './assert.js'

class Pupil extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, name: { type: 'string' } } as const
  relationships = {
    courses: {
      type: 'belongsToMany',
      model: () => Course,
      pivot: {
        grade: { type: 'number' },
        since: { type: 'date', required: true },
        term: { type: 'string', enum: ['a', 'b'] },
      },
    },
    clubs: { type: 'belongsToMany', model: () => Club, through: () => Membership },
    friends: { type: 'belongsToMany', model: 'Pupil', through: 'Friendship', foreignKey: 'mine', relatedKey: 'theirs' },
    labels: { type: 'morphToMany', model: () => Label, name: 'labelable', pivot: { rank: { type: 'number' } } },
  } as const
}
class Course extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, title: { type: 'string', required: true } } as const
  relationships = { pupils: { type: 'belongsToMany', model: () => Pupil } } as const
}
class Club extends DynamoDBModel {
  attributes = { id: { type: 'number', required: true } } as const
}
class Membership extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    pupilId: { type: 'string' },
    clubId: { type: 'number' },
    paid: { type: 'boolean', default: false },
  } as const
}
class Label extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

/** Rows over a pivot have their pivot row, with its attributes and keys. */
export async function carried(pupil: Row<typeof Pupil>): Promise<void> {
  const course = (await pupil.courses().where('title', 'x').get())[0]!
  const { grade, since, term, pupilId } = course.pivot
  const club = await pupil.clubs().wherePivot('paid', true).first()
  const [label] = await pupil.labels
  const read = (await Pupil.query().with('courses').first())?.courses[0]?.pivot.grade
  const nested = (await Course.query().with('pupils.courses').first())?.pupils[0]?.courses[0]?.pivot.grade
  type _ = [
    Expect<Equal<typeof grade, number | null | undefined>>,
    Expect<Equal<typeof since, Date>>,
    Expect<Equal<typeof term, 'a' | 'b' | null | undefined>>,
    Expect<Equal<typeof pupilId, any>>,
    Expect<Equal<typeof read, number | null | undefined>>,
    Expect<Equal<typeof nested, number | null | undefined>>,
  ]
  club?.pivot.paid.valueOf()
  label?.pivot.rank?.toFixed()
  label?.pivot.labelableType
  await course.pivot.delete()
  await club?.pivot.update({ paid: true })
  // Where the relation does not say what they carry, the other side or a class may.
  const [pupilOf] = await course.pupils().wherePivot('grade', '>', 3).get()
  pupilOf?.pivot['grade']
  // @ts-expect-error: the pivot has no such attribute
  course.pivot.garde
}

/** Conditions, orders and values of pivot rows are those of the pivot. */
export async function asked(pupil: Row<typeof Pupil>): Promise<void> {
  const courses = pupil.courses()
  courses
    .wherePivot('grade', '>', 2)
    .wherePivot({ term: 'a' })
    .wherePivot((q) => q.where('grade', 1).orWhere('grade', 2))
  courses.wherePivotIn('term', ['a']).wherePivotNotIn('grade', [1]).wherePivotNull('grade').wherePivotNotNull('since')
  courses.orderByPivot('grade', 'desc').orderByPivotDesc('since').wherePivot('courseId', 'c')
  pupil.friends().wherePivot('mine', 'x').wherePivotIn('anything', [1])
  await courses.attach('c', { grade: 1, term: 'b' })
  await courses.attach(['c', 'd'], { since: '2026-01-31' })
  await courses.attach({ c: { grade: 1 }, d: true })
  await courses.sync({ c: { grade: 1 } }, { detaching: false })
  await courses.syncWithPivotValues(['c'], { grade: 3 })
  await courses.updateExistingPivot('c', { grade: null })
  await courses.create({ title: 'x' }, { grade: 1 })
  await pupil.clubs().attach([1, 2], { paid: true })
  await pupil.friends().attach('x', { whatever: 1 })

  // @ts-expect-error: the pivot has no such attribute
  courses.wherePivot('garde', 3)
  // @ts-expect-error: a title is the course's
  courses.wherePivotIn('title', ['x'])
  // @ts-expect-error: a grade is a number
  courses.wherePivot('grade', 'high')
  // @ts-expect-error: a number has no beginning
  courses.wherePivot('grade', 'begins_with', '1')
  // @ts-expect-error: there is no such term
  courses.wherePivotIn('term', ['c'])
  // @ts-expect-error: the pivot has no such attribute
  courses.orderByPivot('garde')
  // @ts-expect-error: the pivot has no such attribute
  courses.wherePivotNull('garde')
  // @ts-expect-error: the pivot has no such attribute
  await courses.attach('c', { garde: 1 })
  // @ts-expect-error: a grade is a number
  await courses.attach({ c: { grade: 'high' } })
  // @ts-expect-error: the pivot has no such attribute
  await courses.sync({ c: { garde: 1 } })
  // @ts-expect-error: the pivot has no such attribute
  await courses.updateExistingPivot('c', { garde: 1 })
  // @ts-expect-error: a club's key is a number
  await pupil.clubs().attach('one')
  // @ts-expect-error: the class of the pivot has no such attribute
  await pupil.clubs().attach(1, { payed: true })
  // @ts-expect-error: a course must have a title
  await courses.create({})
  // @ts-expect-error: each row has all of its pivot row
  courses.withPivot('grade')
}

/** Constraints know the pivot, where the relation has one. */
export function narrowed(): void {
  Pupil.query().with('courses', (q) => q.wherePivot('grade', 3).orderByPivot('grade'))
  Pupil.with({ courses: (q) => q.wherePivot('grade', '>', 3).where('title', 'x'), labels: true })
  Pupil.whereHas('courses', (q) => q.wherePivotIn('term', ['a']))
  Pupil.query().withCount('courses', (q) => q.wherePivotNull('grade'))
  Course.query().with('pupils.courses', (q) => q.wherePivot('grade', 3))

  // @ts-expect-error: the pivot has no such attribute
  Pupil.query().with('courses', (q) => q.wherePivot('garde', 3))
  // @ts-expect-error: a course has no name
  Pupil.with({ courses: (q) => q.where('name', 'x') })
  // @ts-expect-error: a grade is a number
  Course.query().with('pupils.courses', (q) => q.wherePivot('grade', 'x'))
}
