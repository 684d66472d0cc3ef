import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { read, root } from './sources.js'

const contributing = read('CONTRIBUTING.md')

it('the map of the house has the floors and rooms of layers.json', () => {
  const { floors } = JSON.parse(read('layers.json')) as { floors: readonly (readonly string[])[] }
  const map = [...contributing.matchAll(/^\| (\d) \| (.+?) \|/gm)].map(([, floor, rooms = '']) => ({
    floor: Number(floor),
    rooms: [...rooms.matchAll(/`([\w-]+)\/`/g)].map(([, room]) => room),
  }))
  const merged = floors.map((_, floor) => map.filter((row) => row.floor === floor).flatMap((row) => row.rooms))
  expect(merged).toEqual(floors)
})

it('every script and dependency of package.json is explained', () => {
  const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'scripts' | 'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const hooks = new Set(['prepack', 'test'])
  const commands = Object.keys(scripts).filter((name) => !hooks.has(name))
  expect(commands.filter((name) => !contributing.includes(`npm run ${name}`))).toEqual([])
  const packages = [...Object.keys(dependencies), ...Object.keys(devDependencies)]
  expect(packages.filter((name) => !contributing.includes(`\`${name}\``))).toEqual([])
})

it('every file that a document links to is there', () => {
  const documents = ['CONTRIBUTING.md', 'docs/configuration.md', 'docs/errors.md', 'docs/checklist.md']
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, document, '..', target)))
      .map((target) => `${document}: ${target}`),
  )
  expect(broken).toEqual([])
})
