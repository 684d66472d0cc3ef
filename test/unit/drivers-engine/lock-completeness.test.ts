import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')

test('the lock lists the engine packages of all platforms, or npm ci refuses it', () => {
  const { optionalDependencies } = JSON.parse(read('package.json'))
  const lock = JSON.parse(read('package-lock.json'))
  const engines = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64']
  expect(Object.keys(optionalDependencies)).toEqual(engines.map((platform) => `@dynoxide/${platform}`))
  for (const platform of engines) {
    const [os, cpu] = platform.split('-')
    expect(lock.packages[`node_modules/@dynoxide/${platform}`]).toMatchObject({
      version: optionalDependencies[`@dynoxide/${platform}`],
      optional: true,
      os: [os],
      cpu: [cpu],
    })
  }
  expect(lock.packages[''].optionalDependencies).toEqual(optionalDependencies)
})

test('the lock names no registry', () => {
  expect(read('package-lock.json')).not.toContain('"resolved": "http')
})

test('the lock lists every optional package, of whatever platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.entries(packages).flatMap(([parent, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${parent}/node_modules/${name}` in packages),
    ),
  )
  expect(missing, 'run `node scripts/complete-lock.mjs`').toEqual([])
})
