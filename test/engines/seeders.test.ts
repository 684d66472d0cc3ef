import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Connection,
  connect,
  DynamoDBModel,
  Factory,
  loadSeeders,
  registerModels,
  runSeeders,
  type SeedContext,
  Seeder,
  type SeederClass,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class City extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true }, name: { type: 'string', required: true } } as const
}

describeEngines('seeders', (lane) => {
  let connection: Connection
  const run = <R>(work: () => Promise<R> | R): Promise<R> => connection.run(async () => work())
  const told: string[] = []
  const named = (name: string, work: (ctx: SeedContext) => unknown, statics: object = {}): SeederClass => {
    const seeder = class extends Seeder {
      run(ctx: SeedContext): unknown {
        told.push(name)
        return work(ctx)
      }
    }
    return Object.assign(Object.defineProperty(seeder, 'name', { value: name }), statics)
  }
  const nothing = (): void => {}
  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable('seeders'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    await run(async () => {
      registerModels(City)
      await DynamoDBModel.migrate()
    })
  })
  afterAll(() => connection.close())

  test('F6: seeders run by their order, and write with factories', () =>
    run(async () => {
      class UserSeeder extends Seeder {
        static order = 1
        async run(ctx: SeedContext): Promise<void> {
          await ctx.factory('City').count(3).create({ name: 'second' })
        }
      }
      class RoleSeeder extends Seeder {
        async run(ctx: SeedContext): Promise<void> {
          expect(await City.query().count()).toBe(0)
          await ctx.factory(City).count(2).create({ name: 'first' })
        }
      }
      expect(await runSeeders([UserSeeder, RoleSeeder])).toEqual({ ran: ['RoleSeeder', 'UserSeeder'], skipped: [] })
      expect(await City.query().count()).toBe(5)
    }))

  test('F6: dependencies come first, each runs once, whoever calls it', () =>
    run(async () => {
      told.length = 0
      const roles = named('Roles', nothing, { order: 9 })
      const users = named('Users', (ctx) => ctx.call(posts), { order: 1, dependencies: [roles] })
      const posts = named('Posts', (ctx) => ctx.call([roles, users]), { order: 2 })
      expect(await runSeeders([posts, users, roles])).toEqual({ ran: ['Roles', 'Posts', 'Users'], skipped: [] })
      expect(told).toEqual(['Roles', 'Users', 'Posts'])
      const [a, b] = [named('A', nothing), named('B', nothing)]
      Object.assign(a, { dependencies: [b] })
      Object.assign(b, { dependencies: [a] })
      await expect(runSeeders([a, b])).rejects.toMatchObject({ code: 'SEEDER.CYCLE', message: /A → B → A/ })
      await expect(runSeeders([named('A', nothing), named('A', nothing)])).rejects.toMatchObject({
        code: 'SEEDER.INVALID',
      })
      await expect(runSeeders([City as never])).rejects.toMatchObject({ code: 'SEEDER.INVALID' })
    }))

  test('F7: only, skip and dry run; those that run once are noted in the table', () =>
    run(async () => {
      told.length = 0
      const base = named('BaseSeeder', nothing, { once: true })
      const rest = named('RestSeeder', nothing, { dependencies: [base] })
      const more = named('MoreSeeder', nothing)
      const all = [base, rest, more]
      expect(await runSeeders(all, { dryRun: true })).toEqual({
        ran: ['BaseSeeder', 'MoreSeeder', 'RestSeeder'],
        skipped: [],
      })
      expect(told).toEqual([])
      expect((await runSeeders(all, { only: ['Rest'] })).ran).toEqual(['BaseSeeder', 'RestSeeder'])
      expect(await runSeeders(all, { only: ['Rest'] })).toEqual({ ran: ['RestSeeder'], skipped: ['BaseSeeder'] })
      expect((await runSeeders(all, { dryRun: true })).skipped).toEqual(['BaseSeeder'])
      expect((await runSeeders(all, { skip: ['MoreSeeder'], force: true })).ran).toEqual(['BaseSeeder', 'RestSeeder'])
      await expect(runSeeders(all, { only: ['Rset'] })).rejects.toMatchObject({
        code: 'SEEDER.UNKNOWN',
        hint: expect.stringContaining('RestSeeder'),
      })
    }))

  test('F7: one that fails says what ran and what did not, and the next run goes on', () =>
    run(async () => {
      let fails = true
      const seeders = [
        named('OneSeeder', nothing, { order: 1, once: true }),
        named(
          'TwoSeeder',
          () => {
            if (fails) throw new Error('no such town')
          },
          { order: 2 },
        ),
        named('ThreeSeeder', nothing, { order: 3 }),
      ]
      await expect(runSeeders(seeders)).rejects.toMatchObject({
        code: 'SEEDER.FAILED',
        message: 'TwoSeeder failed, after OneSeeder: no such town',
        details: { ran: ['OneSeeder'], left: ['ThreeSeeder'] },
      })
      fails = false
      expect(await runSeeders(seeders)).toEqual({ ran: ['TwoSeeder', 'ThreeSeeder'], skipped: ['OneSeeder'] })
      const stop = new AbortController()
      const stopped = [
        named('FourSeeder', () => stop.abort(new Error('Ctrl-C')), { once: true }),
        named('XSeeder', nothing),
      ]
      await expect(runSeeders(stopped, { signal: stop.signal })).rejects.toThrow(/Ctrl-C/)
      expect((await runSeeders(stopped)).ran).toEqual(['FourSeeder', 'XSeeder'])
    }))

  test('X9: a run with a seed number writes the same rows', () =>
    run(async () => {
      const seeder = named('CitySeeder', (ctx) => ctx.factory('City').count(3).create({ name: 'seeded' }))
      await runSeeders([seeder], { seed: 11 })
      const before = (await City.where('name', 'seeded').get()).map((city) => city.id).sort()
      await City.where('name', 'seeded').delete()
      await runSeeders([seeder], { seed: 11 })
      expect((await City.where('name', 'seeded').get()).map((city) => city.id).sort()).toEqual(before)
      // Afterwards values differ again.
      expect(Factory.for(City).makeOne().id).not.toBe(before[0])
    }))

  test('F7: a folder that is not there has no seeders, and a file that cannot be run is told', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seeders-'))
    try {
      expect(loadSeeders(join(folder, 'nowhere'))).toEqual([])
      writeFileSync(join(folder, 'Notes.ts'), 'export const other = 5')
      expect(loadSeeders(folder)).toEqual([])
      writeFileSync(join(folder, 'CSeeder.ts'), 'throw new Error("boom")')
      expect(() => loadSeeders(folder)).toThrow(expect.objectContaining({ code: 'CONFIG.SEEDERS' }))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
