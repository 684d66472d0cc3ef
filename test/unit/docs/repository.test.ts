import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root, sources } from './sources.js'

const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0')
const texts = new Map<string, string>()
for (const path of listed) {
  // A file removed but not yet committed is listed and not there.
  if (path === '' || !existsSync(join(root, path))) continue
  const bytes = readFileSync(join(root, path))
  if (!bytes.includes(0)) texts.set(path, bytes.toString('utf8'))
}
const filesWith = (pattern: RegExp): readonly string[] =>
  [...texts].filter(([, text]) => pattern.test(text)).map(([path]) => path)

describe('the repository', () => {
  it('is read', () => {
    expect(texts.size).toBeGreaterThan(50)
    expect(texts.has('package.json')).toBe(true)
  })

  it('names no folder of a machine', () => {
    const folder = (name: string): RegExp => new RegExp(`(?<![\\w.$}-])/${name}/`)
    expect(filesWith(folder('work'))).toEqual([])
    expect(filesWith(folder('root'))).toEqual([])
    expect(filesWith(folder('tmp')).filter((path) => !texts.get(path)?.includes('tmpdir()'))).toEqual([])
  })

  it('names no host of a package registry, in the lock file neither', () => {
    const hosts = ['npmjs.org', 'yarnpkg.com', 'npm.pkg.github'].map((host) => host.replaceAll('.', '\\.')).join('|')
    const own = 'test/unit/docs/repository.test.ts'
    expect(filesWith(new RegExp(hosts)).filter((path) => path !== own)).toEqual([])
    expect(filesWith(/https?:\/\/[^/\s"'`]*(?:registry|artifactory|nexus|verdaccio)/)).toEqual([])
    expect(texts.get('package-lock.json')).not.toMatch(/"resolved": "http/)
  })

  it('locks every optional package, so that npm ci takes the lock', () => {
    const { optionalDependencies = {} } = JSON.parse(read('package.json')) as {
      optionalDependencies?: Record<string, string>
    }
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, unknown> }
    const names = Object.keys(optionalDependencies)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !(`node_modules/${name}` in packages))).toEqual([])
  })
})

describe('src', () => {
  it('throws errors with codes alone', () => {
    expect(sources.filter((path) => read(path).includes('throw new Error('))).toEqual([])
  })

  it('points its users to pages that are in the package', () => {
    const { files = [] } = JSON.parse(read('package.json')) as { files?: string[] }
    expect(files).toContain('docs')
    const pages = sources.flatMap((path) => [...read(path).matchAll(/docs\/[\w-]+\.md/g)].map(([page]) => page))
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([])
  })

  it('has no file above 500 lines', () => {
    expect(sources.filter((path) => read(path).split('\n').length > 501)).toEqual([])
  })

  it('has a door and a short README in every room', () => {
    const rooms = new Set(
      sources.map((path) => path.split('/')).flatMap(([, room, file]) => (file && room ? [room] : [])),
    )
    const lines = (path: string): number => (existsSync(join(root, path)) ? read(path).trim().split('\n').length : 0)
    expect([...rooms].filter((room) => !sources.includes(`src/${room}/index.ts`))).toEqual([])
    const unfit = [...rooms].filter((room) => lines(`src/${room}/README.md`) < 1 || lines(`src/${room}/README.md`) > 30)
    expect(unfit).toEqual([])
  })
})
