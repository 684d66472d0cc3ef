import {
  BatchError,
  type Connection,
  connect,
  DynamoDBModel,
  defineModel,
  HookFailedError,
  isHookFailedError,
  isModelNotFoundError,
  ModelError,
  registerModels,
  transaction,
  ValidationError,
} from 'dynamodb-tooling'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

const ids = { id: { type: 'string', required: true } } as const

class Person extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  attributes = {
    ...ids,
    name: { type: 'string', required: true, maxLength: 20 },
    slug: { type: 'string' },
    visits: { type: 'number', default: 0 },
    tags: { type: 'set' },
    secret: { type: 'string', guarded: true },
  } as const
  relationships = {
    notes: { type: 'hasMany', model: 'Note', foreignKey: 'personId', onDelete: 'cascade' },
  } as const
}
class Note extends DynamoDBModel {
  attributes = { ...ids, personId: { type: 'string' }, text: { type: 'string' } } as const
}
class Login extends DynamoDBModel {
  attributes = { ...ids, email: { type: 'string', unique: true }, name: { type: 'string' } } as const
}

describeEngines('hooks', (lane) => {
  let connection: Connection
  const ends: (() => void)[] = []
  /** Hooks of one test. */
  const hook = (end: () => void): void => {
    ends.push(end)
  }
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await connection.run(async () => {
      registerModels(Person, Note, Login)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())
  const inside = (title: string, body: () => Promise<void>): void => {
    test(title, () => connection.run(body))
  }
  /** Notes every event of a model in the order they come. */
  function record(model: typeof DynamoDBModel, log: string[], label = ''): void {
    for (const event of [
      'retrieved',
      'saving',
      'creating',
      'updating',
      'validating',
      'created',
      'updated',
      'saved',
      'deleting',
      'trashed',
      'deleted',
      'forceDeleting',
      'forceDeleted',
      'restoring',
      'restored',
      'replicating',
    ] as const)
      hook(
        model.addHook(event, () => {
          log.push(`${label}${event}`)
        }),
      )
  }
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'no error',
      (error: unknown) => (error as { code?: unknown }).code ?? error,
    )

  inside('M26: events come in the order of Eloquent, each once', async () => {
    const log: string[] = []
    record(Person, log)
    const taken = (): string[] => log.splice(0)
    const person = await Person.create({ name: 'Ada' })
    expect(taken()).toEqual(['saving', 'creating', 'validating', 'created', 'saved'])
    person.name = 'Ada L'
    await person.save()
    expect(taken()).toEqual(['saving', 'updating', 'validating', 'updated', 'saved'])
    await person.save()
    expect(taken()).toEqual(['saving'])
    await person.update({ slug: 'ada' })
    expect(taken()).toEqual(['saving', 'updating', 'validating', 'updated', 'saved'])
    await person.increment('visits')
    expect(taken()).toEqual(['updating', 'updated'])
    await person.delete()
    expect(taken()).toEqual(['deleting', 'trashed', 'deleted'])
    await person.restore()
    expect(taken()).toEqual(['restoring', 'restored'])
    person.replicate()
    expect(taken()).toEqual(['replicating'])
    await person.refresh()
    await person.fresh()
    await Person.find(person.id)
    await Person.findMany([person.id])
    await Person.query().where('id', person.id).get()
    await Person.query().where('name', 'Ada L').cursorPaginate(null, 5)
    await Person.batchGet([person.id])
    for await (const each of Person.query().where('id', person.id)) expect(each.name).toBe('Ada L')
    expect(taken()).toEqual(Array.from({ length: 8 }, () => 'retrieved'))
    await person.forceDelete()
    expect(taken()).toEqual(['forceDeleting', 'deleting', 'deleted', 'forceDeleted'])
    const note = await Note.create({ text: 'x' })
    record(Note, log)
    await note.delete()
    expect(taken()).toEqual(['deleting', 'deleted'])
  })

  inside('M26: a hook that returns false or throws forbids the write, whichever way it comes', async () => {
    const person = await Person.create({ name: 'Bob' })
    const no = (event: Parameters<typeof Person.addHook>[0]): (() => void) => Person.addHook(event, async () => false)
    for (const [event, write] of [
      ['saving', () => Person.create({ id: 'veto', name: 'x' })],
      ['creating', () => Person.create({ id: 'veto', name: 'x' })],
      ['validating', () => Person.create({ id: 'veto', name: 'x' })],
      ['creating', () => Person.forceCreate({ id: 'veto', name: 'x' })],
      ['creating', () => Person.make({ id: 'veto', name: 'x' }).save()],
      ['creating', () => Person.batchCreate([{ id: 'veto', name: 'x' }])],
      ['creating', () => Person.insertMany([{ id: 'veto', name: 'x' }])],
      ['creating', () => Person.upsert({ id: 'veto', name: 'x' })],
      ['creating', () => transaction((tx) => tx.create(Person, { id: 'veto', name: 'x' }))],
      ['saving', () => person.update({ name: 'y' })],
      ['updating', () => person.update({ name: 'y' })],
      ['updating', () => Person.update(person.id, { name: 'y' })],
      ['updating', () => Person.batchUpdate([{ id: person.id, name: 'y' }])],
      ['updating', () => Person.query().where('id', person.id).update({ name: 'y' })],
      ['updating', () => transaction((tx) => tx.update(Person, person.id, { name: 'y' }))],
      ['updating', () => person.increment('visits')],
      ['updating', () => Person.increment(person.id, 'visits')],
      ['updating', () => transaction((tx) => tx.increment(person, 'visits'))],
      ['deleting', () => person.delete()],
      ['deleting', () => Person.delete(person.id)],
      ['deleting', () => Person.destroy(person.id)],
      ['deleting', () => Person.batchDelete([person.id])],
      ['deleting', () => Person.query().where('id', person.id).delete()],
      ['deleting', () => transaction((tx) => tx.delete(person))],
      ['forceDeleting', () => person.forceDelete()],
      ['deleting', () => person.forceDelete()],
      ['deleting', () => transaction((tx) => tx.forceDelete(Person, person.id))],
    ] as const) {
      const end = no(event)
      const error = await write().then(
        () => undefined,
        (failure: unknown) => failure,
      )
      end()
      expect([event, (error as ModelError | undefined)?.code, (error as ModelError).details]).toEqual([
        event,
        'MODEL.VETOED',
        { model: 'Person', event },
      ])
      await person.refresh()
      expect([person.name, person.visits, person.trashed(), await Person.find('veto')]).toEqual(['Bob', 0, false, null])
    }
    hook(
      Person.creating(() => {
        throw new RangeError('not today')
      }),
    )
    await expect(Person.create({ id: 'veto', name: 'x' })).rejects.toThrow(RangeError)
    expect(await Person.find('veto')).toBeNull()
    await person.delete()
    const end = no('restoring')
    expect(await codeOf(person.restore())).toBe('MODEL.VETOED')
    end()
    expect(await Person.find(person.id)).toBeNull()
  })

  inside('M26: hooks change the record before it is validated and stored', async () => {
    const seen: unknown[] = []
    hook(
      Person.creating(async (person) => {
        await Promise.resolve()
        seen.push([typeof person.id, person.visits])
        person.slug = person.name.toLowerCase()
        person.secret = 'set by a hook'
      }),
    )
    hook(
      Person.updating((person) => {
        seen.push(person.getDirty(), person.getOriginal('name'))
        if (person.isDirty('name')) person.slug = person.name.toLowerCase()
      }),
    )
    const person = await Person.create({ name: 'Carl' })
    expect(seen.splice(0)).toEqual([['string', 0]])
    expect(await Person.find(person.id)).toMatchObject({ slug: 'carl', secret: 'set by a hook' })
    await person.update({ name: 'Dora' })
    expect(seen.splice(0)).toEqual([{ name: 'Dora' }, 'Carl'])
    expect(person.getChanges()).toMatchObject({ name: 'Dora', slug: 'dora' })
    expect(await Person.find(person.id)).toMatchObject({ name: 'Dora', slug: 'dora' })
    // By key they see the whole row all the same.
    await Person.update(person.id, { name: 'Emil' })
    expect(seen.splice(0)).toEqual([{ name: 'Emil' }, 'Dora'])
    expect(await Person.find(person.id)).toMatchObject({ name: 'Emil', slug: 'emil' })
    await Person.query().where('id', person.id).update({ name: 'Fay' })
    expect(await Person.find(person.id)).toMatchObject({ name: 'Fay', slug: 'fay' })
    const end = Person.saving((each) => {
      each.name = 'a name that is longer than the rules allow'
    })
    await expect(Person.create({ id: 'long', name: 'ok' })).rejects.toThrow(ValidationError)
    await expect(person.update({ slug: 'x' })).rejects.toThrow(ValidationError)
    end()
    expect(await Person.find('long')).toBeNull()
    const stray = Person.saving((each) => {
      ;(each as unknown as { nmae: string }).nmae = 'x'
    })
    expect(await codeOf(Person.create({ name: 'ok' }))).toBe('MODEL.UNKNOWN_ATTRIBUTE')
    stray()
    // A hook can take back the change: then nothing is written.
    await person.refresh()
    const back = Person.updating((each) => {
      each.name = 'Fay'
      each.slug = 'fay'
    })
    const before = person.updatedAt
    await person.update({ name: 'Gil' })
    back()
    expect([person.wasChanged(), person.updatedAt]).toEqual([false, before])
  })

  inside('M26: hooks after a write see it stored; one that fails is no failed write', async () => {
    const seen: unknown[] = []
    hook(
      Person.created(async (person) => {
        seen.push((await Person.find(person.id))?.name, person.isDirty())
      }),
    )
    hook(
      Person.updated((person) => {
        seen.push(person.getChanges()['name'])
      }),
    )
    const person = await Person.create({ name: 'Hal' })
    await person.update({ name: 'Ida' })
    expect(seen.splice(0)).toEqual(['Hal', false, 'Ida'])
    // Refused writes are not told.
    await expect(Person.create({ id: person.id, name: 'x' })).rejects.toThrow('there already')
    const ghost = await Person.find(person.id)
    await Person.query().where('id', person.id).forceDelete()
    expect(isModelNotFoundError(await ghost?.update({ name: 'x' }).catch((error: unknown) => error))).toBe(true)
    expect(seen).toEqual([])
    hook(
      Person.created(() => {
        throw new Error('mail server down')
      }),
    )
    hook(
      Person.saved(() => {
        seen.push('saved')
      }),
    )
    const error: unknown = await Person.create({ id: 'told', name: 'Jo' }).catch((failure: unknown) => failure)
    if (!(error instanceof HookFailedError)) throw error
    expect([error.code, error.model, error.event, (error.cause as Error).message]).toEqual([
      'MODEL.HOOK_FAILED',
      'Person',
      'created',
      'mail server down',
    ])
    expect(error.record).toBeInstanceOf(Person)
    expect(JSON.stringify(error)).not.toContain('"record"')
    expect(seen.splice(0)).toEqual(['Jo', false, 'saved'])
    expect(await Person.find('told')).toMatchObject({ name: 'Jo' })
    hook(
      Person.saved(() => {
        throw new Error('second')
      }),
    )
    const both: unknown = await Person.create({ name: 'Kim' }).catch((failure: unknown) => failure)
    expect(
      isHookFailedError(both) && ((both.cause as AggregateError).errors as Error[]).map((each) => each.message),
    ).toEqual([
      'The row is written, but a created hook of Person failed.',
      'The row is written, but a saved hook of Person failed.',
    ])
  })

  inside('M26: in a transaction hooks are asked at once, and told after all of it', async () => {
    const log: string[] = []
    record(Person, log)
    record(Note, log, 'note ')
    const made = await transaction(async (tx) => {
      const person = await tx.create(Person, { id: 'tx', name: 'Tom' })
      await tx.create(Note, { id: 'tx', text: 'x' })
      log.push('end')
      return person
    })
    expect(log.splice(0)).toEqual([
      'saving',
      'creating',
      'validating',
      'note saving',
      'note creating',
      'note validating',
      'end',
      'created',
      'saved',
      'note created',
      'note saved',
    ])
    await expect(
      transaction(async (tx) => {
        await tx.update(made, { name: 'Tim' })
        await tx.create(Note, { id: 'tx', text: 'taken' })
      }),
    ).rejects.toThrow('there already')
    expect(log.splice(0)).toEqual([
      'saving',
      'updating',
      'validating',
      'note saving',
      'note creating',
      'note validating',
    ])
    await made.refresh()
    expect(log.splice(0)).toEqual(['retrieved'])
    hook(Note.creating(() => false))
    expect(
      await codeOf(
        transaction(async (tx) => {
          await tx.update(made, { name: 'Tim' })
          void tx.create(Note, { text: 'veto' })
        }),
      ),
    ).toBe('MODEL.VETOED')
    expect((await Person.find('tx'))?.name).toBe('Tom')
  })

  inside('M26: many rows at once are asked and told one by one', async () => {
    const log: string[] = []
    hook(Person.creating((person) => void log.push(`creating ${person.name}`)))
    hook(Person.created((person) => void log.push(`created ${person.name} ${person.isDirty()}`)))
    await Person.batchCreate([{ name: 'a' }, { name: 'b' }])
    await Person.insertMany([{ name: 'c' }])
    expect(log.splice(0)).toEqual([
      'creating a',
      'creating b',
      'created a false',
      'created b false',
      'creating c',
      'created c false',
    ])
    const logins: string[] = []
    hook(Login.creating((login) => void logins.push(`creating ${login.name}`)))
    hook(
      Login.created((login) => {
        logins.push(`created ${login.name}`)
        if (login.name === 'b') throw new Error('b')
      }),
    )
    // Row by row, for their unique values: each hook is called once, and one that fails keeps no row from being written.
    const rows = ['a', 'b', 'c'].map((name) => ({ name, email: `${name}@x.y` }))
    expect(await codeOf(Login.batchCreate(rows, { concurrency: 1 }))).toBe('MODEL.HOOK_FAILED')
    expect(logins.splice(0)).toEqual(['creating a', 'creating b', 'creating c', 'created a', 'created b', 'created c'])
    expect(await Login.count()).toBe(3)
    hook(
      Login.updated((login) => {
        logins.push(`updated ${login.name}`)
        throw new Error('no')
      }),
    )
    expect(await codeOf(Login.query().update({ name: 'z' }))).toBe('MODEL.HOOK_FAILED')
    expect(logins.splice(0)).toEqual(['updated z', 'updated z', 'updated z'])
    hook(Login.deleting((login) => login.email !== 'b@x.y'))
    const all = await Login.all()
    const error: unknown = await Login.batchDelete(all.map(({ id }) => id)).catch((failure: unknown) => failure)
    if (!(error instanceof BatchError)) throw error
    expect([(error.cause as ModelError).code, error.remaining]).toEqual([
      'MODEL.VETOED',
      [all.find(({ email }) => email === 'b@x.y')?.id],
    ])
    expect((await Login.all()).map(({ email }) => email)).toEqual(['b@x.y'])
  })

  inside('M26: rows that go along with a deleted one are asked, too, before anything is written', async () => {
    const person = await Person.create({ id: 'owner', name: 'Own' })
    await Note.batchCreate([
      { id: 'n1', personId: 'owner', text: 'keep' },
      { id: 'n2', personId: 'owner', text: 'go' },
    ])
    const end = Note.deleting((note) => note.text !== 'keep')
    expect(await codeOf(person.forceDelete())).toBe('MODEL.VETOED')
    end()
    expect([await Person.query().withTrashed().where('id', 'owner').count(), await Note.count()]).toEqual([1, 2 + 1])
    const log: string[] = []
    record(Person, log)
    record(Note, log, 'note ')
    await person.forceDelete()
    expect(log.filter((each) => each !== 'note retrieved')).toEqual([
      'forceDeleting',
      'deleting',
      'note deleting',
      'note deleting',
      'note deleted',
      'note deleted',
      'deleted',
      'forceDeleted',
    ])
  })

  inside('M26: hooks of base classes come first; what is declared comes before what is added', async () => {
    const log: string[] = []
    class Base extends DynamoDBModel {
      static hooks: Record<string, unknown> = { creating: () => void log.push('base declared') }
      attributes = { ...ids, name: { type: 'string' } } as const
    }
    class Derived extends Base {
      static override hooks = {
        beforeCreate: [() => void log.push('declared 1'), async () => void log.push('declared 2')],
      }
      static afterCreate(row: Derived): void {
        log.push(`static ${row instanceof Derived}`)
      }
      beforeSave(): void {
        log.push(`method ${(this as unknown as { name: string }).name}`)
      }
    }
    hook(DynamoDBModel.addHook('beforeCreate', () => void log.push('every model')))
    hook(Base.creating(() => void log.push('base added')))
    hook(Derived.creating(() => void log.push('added')))
    await Derived.create({ name: 'x' })
    expect(log.splice(0)).toEqual([
      'method x',
      'every model',
      'base declared',
      'base added',
      'declared 1',
      'declared 2',
      'added',
      'static true',
    ])
    await Base.create({ name: 'y' })
    expect(log.splice(0)).toEqual(['every model', 'base declared', 'base added'])
    const Plain = defineModel({
      name: 'Plain',
      attributes: { name: { type: 'string' } },
      hooks: { creating: (row) => void log.push(`defined ${String(row.name)}`) },
    })
    await Plain.create({ name: 'z' })
    expect(log.splice(0)).toEqual(['every model', 'defined z'])
  })

  inside('M26: hooks added on a connection are of that connection; those of the class are of all', async () => {
    const log: string[] = []
    const other = connect({ region: 'us-east-1', defaultTableName: uniqueTable(), driver: lane.createDriver() })
    const There = Person.on(other)
    await There.migrate()
    hook(There.creating(() => void log.push('there')))
    hook(Person.creating(() => void log.push('class')))
    await Person.create({ name: 'here' })
    expect(log.splice(0)).toEqual(['class'])
    await There.create({ name: 'there' })
    expect(log.splice(0)).toEqual(['class', 'there'])
    await other.run(() => Person.create({ name: 'there, too' }))
    expect(log.splice(0)).toEqual(['class', 'there'])
    await There.withoutEvents(async () => {
      await There.create({ name: 'silent' })
      await Person.create({ name: 'here' })
    })
    expect(log.splice(0)).toEqual(['class'])
    await other.close()
  })

  inside('M26: quiet writes tell nobody, and others at the same time are told', async () => {
    const log: string[] = []
    record(Person, log)
    record(Note, log, 'note ')
    const person = await Person.createQuietly({ name: 'Quin' })
    person.name = 'Q'
    expect((await person.saveQuietly()).name).toBe('Q')
    await person.updateQuietly({ slug: 'q' })
    await person.deleteQuietly()
    await person.restoreQuietly()
    await person.forceDeleteQuietly()
    expect(log).toEqual([])
    await Promise.all([
      Person.withoutEvents(async () => {
        await Person.create({ name: 'R' })
        await Note.create({ text: 'told' })
      }),
      Person.create({ id: 'loud', name: 'S' }),
    ])
    expect(log.splice(0).sort()).toEqual(
      [
        'saving',
        'creating',
        'validating',
        'created',
        'saved',
        'note saving',
        'note creating',
        'note validating',
        'note created',
        'note saved',
      ].sort(),
    )
    await DynamoDBModel.withoutEvents(() => Note.create({ text: 'x' }))
    expect(log).toEqual([])
    const end = Person.creating(() => void log.push('once'))
    end()
    end()
    await Person.create({ name: 'T' })
    expect(log).not.toContain('once')
  })

  inside('M26: observers have methods named as events are', async () => {
    const log: string[] = []
    class Auditor {
      readonly label = 'audit'
      saved(person: Person): void {
        log.push(`${this.label} ${person instanceof Person}`)
      }
    }
    class PersonObserver extends Auditor {
      async creating(): Promise<void> {
        log.push('creating')
      }
      afterDelete(): void {
        log.push('deleted')
      }
      describe(): string {
        return 'no event'
      }
    }
    const end = Person.observe(PersonObserver)
    const person = await Person.create({ name: 'U' })
    expect(log.splice(0)).toEqual(['creating', 'audit true'])
    end()
    await person.update({ name: 'V' })
    expect(log).toEqual([])
    hook(Person.observe({ deleted: () => void log.push('plain') }))
    await person.delete()
    expect(log).toEqual(['plain'])
    class Misspelt {
      createing(): void {}
    }
    expect(() => Person.observe(new Misspelt())).toThrow(
      expect.objectContaining({ code: 'MODEL.UNKNOWN_EVENT', hint: 'Did you mean "creating"?' }),
    )
    expect(() => Person.observe({})).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
    expect(() => Person.observe(1 as never)).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
    expect(() => Person.addHook('beforCreate' as never, () => true)).toThrow(
      expect.objectContaining({ code: 'MODEL.UNKNOWN_EVENT', hint: 'Did you mean "beforeCreate"?' }),
    )
    expect(() => Person.creating('x' as never)).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
  })

  inside('M26: misspelt hooks in a definition are faults of it', async () => {
    class Wrong extends DynamoDBModel {
      static hooks = { createing: () => true }
    }
    class WrongMethod extends DynamoDBModel {
      beforeSaev(): void {}
    }
    class WrongKind extends DynamoDBModel {
      static hooks = { creating: 'yes' }
    }
    expect(await codeOf(Wrong.create({}))).toBe('MODEL.UNKNOWN_EVENT')
    expect(await codeOf(WrongMethod.create({}))).toBe('MODEL.UNKNOWN_EVENT')
    expect(await codeOf(WrongKind.create({}))).toBe('MODEL.INVALID_INPUT')
  })

  inside('M26: replicating waits for nobody, and hooks that write are told apart from the write', async () => {
    const person = await Person.create({ name: 'W' })
    const end = Person.replicating((copy) => {
      copy.name = `${copy.name} again`
    })
    expect(person.replicate().name).toBe('W again')
    end()
    const later = Person.replicating(async () => Promise.resolve())
    expect(() => person.replicate()).toThrow(expect.objectContaining({ code: 'MODEL.INVALID_INPUT' }))
    later()
    hook(
      Note.created(() => {
        throw new Error('late')
      }),
    )
    hook(Person.updating(() => Note.create({ text: 'of a hook' })))
    expect(await codeOf(Person.query().where('id', person.id).update({ name: 'X' }))).toBe('MODEL.VETOED')
    expect((await Person.find(person.id))?.name).toBe('W')
  })
})
